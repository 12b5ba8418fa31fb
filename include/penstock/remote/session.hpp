// One source's connection to the remote, for as long as the program runs: connects, receives the
// body into a sink, and after every end connects again as SessionFsm decides.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/byte_sink.hpp"
#include "penstock/core/counters.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/core/units.hpp"
#include "penstock/remote/proxy.hpp"
#include "penstock/remote/session_fsm.hpp"

namespace boost::asio {
class io_context;
}

namespace penstock::remote {

struct SessionOptions {
  SourceName source;
  std::string url;  // https, path included
  std::string token_header;
  // Called before each attempt, so that a new token is used as soon as it is there.
  std::function<Result<std::string>()> read_token;
  std::optional<std::filesystem::path> ca_file;  // none: the system's trust store
  Duration connect_timeout;  // to the end of the TLS handshake, and from there to the header's end
  Duration stall_timeout;
  BackoffOptions backoff;
  std::string user_agent;
  ProxyEnvironment proxy;
  std::uint64_t seed = 0;    // of the jitter
  SessionId last_session{};  // its own are counted on from here
};

// Called on the I/O thread. May call Session::stop() and resume(), and must not destroy the
// Session.
class SessionListener {
 public:
  virtual ~SessionListener() = default;
  // The header of a 200 has come; before the first byte goes to the sink.
  virtual void session_opened(SessionId session) = 0;
  // After its last byte went to the sink.
  virtual void session_closed(SessionId session, DisconnectCause cause) = 0;
  // An attempt that opened no session.
  virtual void attempt_failed(DisconnectCause cause) = 0;
  // One a change; `detail` is printable and holds no secret.
  virtual void notice(SourceEvent event, std::string_view detail) = 0;
};

// All calls on the io_context's one thread. What is given by reference lives longer than this.
// Counts received_bytes, sessions, disconnects (failed attempts too), connected and paused_ms.
class Session {
 public:
  Session(boost::asio::io_context& io, SessionOptions options, ByteSink& sink,
          SessionListener& listener, SourceCounters& counters, Log& log);
  // Without a stop() before, nothing is told to anybody any more.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start();
  // From the next attempt on; of an open session only the stall_timeout changes. Token, trust,
  // time-outs and back-off are taken. A wait for what somebody has to put right, a token or a
  // certificate, ends: it may have been.
  void reconfigure(const SessionOptions& options);
  // There may be room in the sink again.
  void resume();
  // Ends what is under way, tells session_closed where a session is open, then calls `stopped`:
  // never from inside stop(), and as the last thing, so that it may destroy the Session. Once.
  void stop(std::function<void()> stopped);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared: with its coroutine, whose frame may outlive a Session
};

}  // namespace penstock::remote
