// The simulated API: the four streams over TLS, jobs and their replays, faults on demand, and the
// truth of what was sent.
//
// With the token: /v1/firehose, /v1/stream, /v1/torrent, /v1/sinkhole, GET and POST /v1/tasks, GET
// /v1/tasks/<id>/status, POST /v1/tasks/<id>/revoke, GET /v1/replay/<id>; GET /v1/query/historical,
// latest, torrent, torrent/latest, search and image with what is below them. Without one: the
// pictures, /images/<id>.jpg and /thumbs/<id>.jpg, and /_sim/truth/<source>, /_sim/jobs,
// /_sim/fault, /_sim/stats.
//
// A source has one sequence of events: a session goes on where the last one ended, two at a time
// share it, and while nobody is connected nothing happens. From its first job on, planned or
// scheduled, /stream is another: it has the events of jobs and no others, they happen when it is
// their time, and every session has those that happen while it is there. What no session has is
// left to replays. The made-up jobs that an endless /stream has are listed, but can't be replayed.
//
// With a folder of archives a source has the lines that stand there, each once, and then it is
// quiet. What they say of jobs makes none.
//
// Deterministic for a seed and a start_time, but for the moments at which faults by time strike and
// requests come.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"
#include "penstock/simulator/event_generator.hpp"
#include "penstock/simulator/fault.hpp"
#include "penstock/simulator/job.hpp"

namespace penstock::simulator {

enum class ServerCertificate : std::uint8_t { valid, expired, self_signed, other_host };

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;          // 0: any
  std::filesystem::path cert_dir;  // gets ca.pem; created if missing
  // Names and addresses that its certificate is for, besides those of loopback.
  std::vector<std::string> hosts;
  std::uint64_t seed = 1;
  // Events per second of each source, but for those of jobs; none: as fast as it goes.
  std::optional<double> rate = 100;
  Mix mix = Mix::mixed;
  std::string token;  // empty: every request is welcome
  std::string token_header = "X-Token";
  std::vector<FaultRule> faults;
  Bytes max_event = 16_MiB;  // what a too_large line exceeds
  ServerCertificate certificate = ServerCertificate::valid;
  JobOptions jobs;
  std::size_t tasks_listed = 100;       // GET /v1/tasks knows the latest only
  std::optional<Duration> replay_kept;  // after a job's end, then 404; none: for good
  // Time of the first event (a millisecond an event) and of start() for jobs. None: the wall clock.
  std::optional<WallTime> start_time;
  // Of archives, <source>*.ndjson[.gz|.zst], whose lines are sent instead of made-up ones. Empty:
  // none.
  std::filesystem::path archives;
};

// Of a source, or of a place where faults strike.
struct SourceStats {
  std::uint64_t connected = 0;  // sessions open now
  std::uint64_t sessions = 0;
  std::uint64_t lines = 0;                      // sent whole, line end included
  std::uint64_t bytes = 0;                      // of bodies
  std::map<std::string, std::uint64_t> faults;  // that struck, by kind
  std::map<unsigned, std::uint64_t> responses;  // by status
};

// A line that was handed to a session's socket.
struct SentLine {
  std::uint64_t session;
  bool whole;                           // with its line end; else `bytes` are those that were sent
  std::optional<DeadLetterReason> bad;  // why a reader has to set it aside
  std::string_view job;                 // as on the wire; empty: none
  std::string_view bytes;
};

// Runs on a thread of its own from start() to stop(); its destructor stops it. Members may be
// called from any thread.
class Simulator {
 public:
  explicit Simulator(Options options);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // Reads the archives, makes the certificates and listens. Once only.
  Result<void> start();
  // Ends the sessions in order, within a second. The truth is gone with the server.
  void stop();

  std::uint16_t port() const;             // after start()
  std::filesystem::path ca_file() const;  // PEM

  // One fault at the next occasion it fits; without a source at each of them.
  void inject(const Fault& fault, std::optional<Source> source = std::nullopt);
  void inject(const Fault& fault, FaultPlace place);
  SourceStats stats(Source source) const;
  SourceStats stats(FaultPlace place) const;  // not streams
  // What was sent, in the order sent. Streams stand still meanwhile.
  void for_each_sent(Source source, const std::function<void(const SentLine&)>& look) const;

  // A job from now on; its id without `client-`.
  std::string create_job(const JobPlan& plan);
  // In the order of their creation.
  std::vector<JobSummary> jobs() const;
  // All that happened to jobs, in its order, whether a session carried it or not: what streams and
  // replays together can give. Streams stand still meanwhile.
  void for_each_job_line(const std::function<void(const JobLine&)>& look) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace penstock::simulator
