// Decides what a session does next: connect, follow a redirect, read, pause, wait, stop. Pure: the
// shell (session.cpp) tells what happened and when, and does what comes back.
//
// The back-off table stands in the design, section remote. Each class of ends has its own growing
// wait; all of them start over once a session has streamed for `healthy_after`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "penstock/core/backoff.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"
#include "penstock/remote/endpoint.hpp"

namespace penstock::remote {

// The keys api.backoff.*, with the contract's defaults.
struct BackoffOptions {
  Duration network_step{std::chrono::milliseconds(250)};
  Duration network_max{std::chrono::seconds(16)};
  Duration http_first{std::chrono::seconds(5)};
  Duration http_max{std::chrono::seconds(320)};
  Duration throttled_first{std::chrono::seconds(60)};
  Duration throttled_max{std::chrono::minutes(15)};
  Duration refused{std::chrono::minutes(5)};
  Duration healthy_after{std::chrono::seconds(30)};
  double jitter = 0.2;
  bool operator==(const BackoffOptions&) const = default;
};

// What happened. Texts are printable and hold no secret.
namespace outcome {

// It's time for an attempt: at the start, and after a wait.
struct Due {};

enum class FailureKind {
  unreachable,  // name resolution, TCP
  proxy,
  tls,        // the handshake broke
  untrusted,  // the certificate; the detail says what is wrong with it
  no_answer,  // no response header in time, or the connection ended before it
  malformed,  // an answer that isn't HTTP/1.1
  token,      // it can't be read
  local,      // the URL, CA file or proxy as configured can't be used
};
// An attempt that got no response header.
struct Failed {
  FailureKind kind = FailureKind::unreachable;
  std::string detail;
  bool late = false;  // of no_answer: the request was sent, and the time for its answer is over
};

// A response header.
struct Answered {
  unsigned status = 0;
  std::string reason;  // of the status line, may be empty
  std::optional<Duration> retry_after;
  Redirect redirect = Redirect::none;
  std::string location;
  std::string content_encoding;  // of body and transfer, but for `chunked`; or `identity`
  std::string address;           // of the remote
};

struct SinkFull {};
struct SinkReady {
  bool remote_gone = false;  // the connection was ended from the other side during the pause
};
struct BodyEnded {};
// TCP or TLS ended before the body did, or what came is no HTTP body.
struct Broken {
  std::string detail;
};
struct Stalled {};  // nothing came until stalls_at()
struct StopRequested {};

}  // namespace outcome

using Outcome = std::variant<outcome::Due, outcome::Failed, outcome::Answered, outcome::SinkFull,
                             outcome::SinkReady, outcome::BodyEnded, outcome::Broken,
                             outcome::Stalled, outcome::StopRequested>;

enum class Action {
  connect,  // to the configured URL; token read anew. Answer: Failed or Answered
  follow,   // the redirect just answered. Answer: Failed or Answered
  read,     // body bytes into the sink. Answer: SinkFull, BodyEnded, Broken or Stalled
  pause,    // until the sink has room. Answer: SinkReady
  wait,     // for Decision::wait. Answer: Due
  stop,     // the last action
};

// For the status topic.
struct Notice {
  SourceEvent event;
  std::string detail;
  bool operator==(const Notice&) const = default;
};

// A session that ended, or an attempt that didn't become one.
struct Ending {
  DisconnectCause cause = DisconnectCause::ended;
  bool was_open = false;  // there was a session
  bool alarm = false;     // doesn't pass without somebody's help
  bool repeated = false;  // like the last one but for the count: not worth a log line
  std::string detail;
};

struct Decision {
  Action action = Action::stop;
  Duration wait{0};              // of Action::wait
  bool for_help = false;         // that wait is for what somebody has to put right: may end early
  bool opened = false;           // a session begins
  std::optional<Ending> ending;  // goes before the action
  std::vector<Notice> notices;   // only changes
};

class SessionFsm {
 public:
  SessionFsm(const BackoffOptions& backoff, Duration stall_timeout, std::uint64_t seed);

  // Precondition: `outcome` is an answer to the last action, or StopRequested. First Due.
  Decision resume(const Outcome& outcome, MonotonicTime now);

  // From now on. Where the back-off changed, its waits start over.
  void reconfigure(const BackoffOptions& backoff, Duration stall_timeout);

  // When reading has stalled if no byte comes after the one at `last_byte`. A pause doesn't count.
  MonotonicTime stalls_at(MonotonicTime last_byte) const;

 private:
  enum class State { idle, connecting, streaming, paused, stopped };
  enum class Class { network, http, throttled, refused };

  Decision on(const outcome::Due&, MonotonicTime now);
  Decision on(const outcome::Failed&, MonotonicTime now);
  Decision on(const outcome::Answered&, MonotonicTime now);
  Decision on(const outcome::SinkFull&, MonotonicTime now);
  Decision on(const outcome::SinkReady&, MonotonicTime now);
  Decision on(const outcome::BodyEnded&, MonotonicTime now);
  Decision on(const outcome::Broken&, MonotonicTime now);
  Decision on(const outcome::Stalled&, MonotonicTime now);
  Decision on(const outcome::StopRequested&, MonotonicTime now);

  Decision redirected(const outcome::Answered& answer);
  Decision end_session(DisconnectCause cause, SourceEvent event, std::string detail,
                       MonotonicTime now);
  // `reason` tells whether the same happened before; the detail may differ in what varies anyway.
  Decision fail(Class back_off, DisconnectCause cause, SourceEvent event, std::string reason,
                std::string detail, std::optional<Duration> retry_after = std::nullopt);
  Duration next_wait(Class back_off);
  void reset_if_healthy(MonotonicTime now);

  BackoffOptions options_;
  Duration stall_timeout_;
  Random random_;
  LinearBackoff network_;
  DoublingBackoff http_, throttled_;

  State state_ = State::idle;
  int redirects_ = 0;            // one after another
  bool remote_gone_ = false;     // the session is over, what is left of it is still being read
  MonotonicTime reading_since_;  // of the open session, the last pause left behind
  std::chrono::nanoseconds streamed_{0};  // before reading_since_, pauses left out
  std::string last_failure_;              // its reason; empty after a session
  Duration last_line_wait_{0};  // how long the wait was when the same failure was last logged
};

}  // namespace penstock::remote
