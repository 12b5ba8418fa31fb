// What penstock-sim(1) says beside options and faults, in mdoc(7).
#pragma once

#include <string_view>

namespace penstock::cli::doc {

// When these sections were last changed; not the day of the build.
inline constexpr std::string_view simulator_date = "November 28, 2026";

inline constexpr std::string_view simulator_description = R"(.Sh SYNOPSIS
.Nm
.Fl -cert-dir Ar DIR
.Op Ar option ...
.Nm
.Fl -write Ar FILE
.Op Ar option ...
.Sh DESCRIPTION
.Nm
serves the whole API that
.Xr penstock 1
reads from: the four endless streams, tasks, replays, queries and images.
Its events are made up, the same for the same seed, and hold what parsers trip
over; its jobs live their life cycle.
It remembers what it sent, so that what was published can be compared with it,
and it has faults happen: by chance, by the clock, or when it is asked for one.
.Pp
It is for tests and trials on loopback.
Its certificate is its own, signed by a CA that it makes at each start.
With
.Fl -write
it serves nothing: it writes events to a file and ends.
)";

inline constexpr std::string_view simulator_rest = R"(.Sh OUT OF BAND
Without a token, beside the API:
.Bl -tag -width Ds
.It Li GET /_sim/truth/ Ns Ar source
What was sent, in that order, as lines of JSON.
An event has
.Ql session ,
.Ql n ,
.Ql job ,
.Ql whole
.Pq false: its session\(cqs end cut it ,
.Ql bad
.Pq why a reader sets it aside
and
.Ql line_base64 ;
the end of a session has
.Ql ended
and
.Ql lines .
.It Li POST /_sim/fault
One fault now:
.Ql {"kind":"reset","source":"firehose"} .
.It Li GET /_sim/jobs
All jobs there ever were.
.It Li GET /_sim/stats
Counts, as JSON.
.El
.Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev PENSTOCK_SIM_TOKEN
What clients must send, where
.Fl -token
says nothing.
Unlike an argument it isn\(cqt visible to everyone.
.It Ev TMPDIR
Where packed archives are unpacked.
.El
.Sh FILES
.Bl -tag -width Ds
.It Pa DIR/ca.pem
The CA, for clients to trust:
.Ql api.ca_file
of
.Xr penstock 1 .
.El
.Sh EXIT STATUS
.Bl -tag -width Ds
.It 0
Done, or stopped by
.Dv SIGTERM
or
.Dv SIGINT .
.It 1
Failed at run time.
.It 2
Wrong usage.
.El
.Sh EXAMPLES
Streams to read from, and a connection that breaks every ten seconds:
.Bd -literal -offset indent
mkdir sim
penstock\-sim \-\-cert\-dir sim \-\-rate 1000 \-\-faults reset:every=10s
.Ed
.Pp
Read from them, on another terminal:
.Bd -literal -offset indent
PENSTOCK_API_CA_FILE=sim/ca.pem PENSTOCK_API_TOKEN=any \e
    PENSTOCK_API_URL=https://127.0.0.1:8443 penstock tail firehose
.Ed
.Pp
A file of events for a benchmark:
.Bd -literal -offset indent
penstock\-sim \-\-write events.ndjson \-\-source torrent \-\-bytes 1GB
.Ed
.Sh SEE ALSO
.Xr penstock 1
)";

}  // namespace penstock::cli::doc
