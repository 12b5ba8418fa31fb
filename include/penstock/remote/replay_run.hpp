// One attempt to replay a job: its body goes into a sink as a session's does, with the same
// back-pressure and the same look-out for a stall.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/byte_sink.hpp"
#include "penstock/core/counters.hpp"
#include "penstock/core/job_words.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/core/units.hpp"
#include "penstock/remote/access.hpp"

namespace boost::asio {
class io_context;
}

namespace penstock::remote {

struct ReplayOptions {
  std::string url;     // https, without a slash at its end
  std::string job_id;  // with or without `client-`
  Access access;
  Duration stall_timeout = limits::replay_stall;  // a pause doesn't count
};

// Called on the I/O thread. replay_closed() or replay_failed() comes once, and as the last thing:
// it may destroy the ReplayRun. replay_opened() may call stop() and resume(). Details are printable
// and hold no secret.
class ReplayListener {
 public:
  virtual ~ReplayListener() = default;
  // The header of a 200 has come; before the first byte goes to the sink.
  virtual void replay_opened() = 0;
  // After its last byte went to the sink; `ended` where the body came to its end.
  virtual void replay_closed(DisconnectCause cause, std::string_view detail) = 0;
  // It wasn't opened: `gone` or `refused`. `retry_after` is what the answer says.
  virtual void replay_failed(ReplayEnd end, std::optional<Duration> retry_after,
                             std::string_view detail) = 0;
};

// All calls on the io_context's one thread. What is given by reference lives longer than this.
class ReplayRun {
 public:
  ReplayRun(boost::asio::io_context& io, ReplayOptions options, ByteSink& sink,
            ReplayListener& listener, Counter& received_bytes);
  // Without an end before, nothing is told to anybody any more.
  ~ReplayRun();
  ReplayRun(const ReplayRun&) = delete;
  ReplayRun& operator=(const ReplayRun&) = delete;

  // GET <url>/v1/replay/<id>. Once; nothing is told from inside it.
  void start();
  // There may be room in the sink again.
  void resume();
  // Ends what is under way. Its end is told soon, never from inside stop(): closed with
  // `daemon_down`, or failed with `refused`.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared: with its coroutine, whose frame may outlive a ReplayRun
};

}  // namespace penstock::remote
