// Ends the process where its end takes too long. On a thread of its own: what hangs may be the I/O
// loop, or what comes after it, as the end of a Kafka client whose thread looks up a name, or the
// log. A loop that hung before the signal doesn't hear of it, so that nothing starts this: that is
// what systemd's watchdog, or a probe of /livez, is for.
#pragma once

#include <atomic>
#include <optional>
#include <thread>

#include "penstock/core/log.hpp"
#include "penstock/core/units.hpp"

namespace penstock::app {

class EndBound {
 public:
  EndBound(Duration after, Log& log) : after_(after), log_(log) {}

  // The process ends by _exit(2), `after` the first call.
  void start();
  // All that had to be done is done: it ends with this status then, else with 1.
  void done(int status) { status_ = status; }
  void lift() { thread_ = {}; }  // it ended in time

 private:
  Duration after_;
  Log& log_;
  std::atomic<std::optional<int>> status_{};
  std::jthread thread_;
};

}  // namespace penstock::app
