// What penstock(1) says beside commands and options, in mdoc(7).
#pragma once

#include <string_view>

namespace penstock::cli::doc {

// When these sections were last changed, as mdoc wants a page's date. Not the day of the build: the
// same sources make the same page.
inline constexpr std::string_view man_date = "November 30, 2026";

inline constexpr std::string_view man_description = R"(.Sh DESCRIPTION
.Nm
holds long-lived HTTPS connections to the event streams of the BinaryEdge API V1
and publishes every event to Kafka in transactions: each exactly once, in order,
byte for byte.
What it has received waits in a journal on disk until Kafka has committed it, so
that it survives outages, crashes and restarts.
Where the API can send events again,
what was missed is fetched and merged in.
.Pp
.Nm
.Cm run
is the daemon; the other commands check its configuration, look at what it did,
or ask the API.
Data goes to standard output, messages to standard error.
.Pp
The configuration is a file in YAML, and every key of it has an environment
variable and can be given with
.Fl -set .
The API's token is never an argument, as arguments are visible to everyone.
)";

inline constexpr std::string_view man_rest = R"(.Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev PENSTOCK_CONFIG
The configuration file, where
.Fl -config
names none.
.It Ev PENSTOCK_API_TOKEN
The API's token, where neither
.Ql api.token_file
nor a credential of
.Xr systemd 1
named
.Ql token
holds it.
.It Ev PENSTOCK_KAFKA_BROKERS , PENSTOCK_SOURCES , No \&...
Each key of the configuration:
.Ev PENSTOCK_
and its path in capitals, an underscore for each dot.
It goes over the file;
.Fl -set
goes over it.
Lists are
.Ql a,b .
.It Ev HTTPS_PROXY , NO_PROXY
The proxy to the API, and the hosts that are reached without it.
.It Ev STATE_DIRECTORY , CREDENTIALS_DIRECTORY , NOTIFY_SOCKET
As
.Xr systemd 1
sets them for a service.
.It Ev XDG_CONFIG_HOME
Where a user's own configuration is looked for.
.El
.Sh FILES
.Bl -tag -width Ds
.It Pa $XDG_CONFIG_HOME/penstock/penstock.yaml
The configuration, where neither
.Fl -config
nor
.Ev PENSTOCK_CONFIG
names one.
.It Pa /etc/penstock/penstock.yaml
The configuration, where there is no other.
.It Pa /var/lib/penstock/journal
The journals, one a source
.Pq Ql journal.directory .
.It Pa /run/penstock/admin.sock
What
.Nm
.Cm replay
and a reload by request go through
.Pq Ql admin.socket .
.El
.Sh EXIT STATUS
.Bl -tag -width Ds
.It 0
Done.
.It 1
Failed at run time.
.It 2
Wrong usage.
.It 3
Another instance took over.
Starting again would take the sources back from it.
.It 78
The configuration is bad.
All that is wrong with it is on standard error.
.El
.Sh SIGNALS
Of
.Nm
.Cm run :
.Bl -tag -width Ds
.It Dv SIGTERM , SIGINT
Stop: nothing more is received, and what was is published, for up to 20 seconds.
What remains is in the journal, for the next start.
A second signal stops at once.
.It Dv SIGHUP
Read the configuration again, and take over what can change without a restart.
An invalid one is reported, and the old one stays.
.El
.Sh SEE ALSO
.Xr curl 1 ,
.Xr penstock-sim 1 ,
.Xr systemd.service 5 ,
.Xr signal 7
.Pp
All keys of the configuration, topics, metrics, and what to do when:
.Pa configuration.md
and
.Pa operations.md
in the documentation of the package.
)";

}  // namespace penstock::cli::doc
