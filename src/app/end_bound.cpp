#include "app/end_bound.hpp"

#include <unistd.h>

#include <condition_variable>
#include <mutex>

namespace penstock::app {

void EndBound::start() {
  if (thread_.joinable()) {
    return;
  }
  thread_ = std::jthread([this](const std::stop_token& lifted) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, lifted, after_, [] { return false; });
    if (lifted.stop_requested()) {
      return;
    }
    const std::optional<int> status = status_;
    if (status) {
      log_.warning("what hangs at the end isn't waited for", {{"status", *status}});
    } else {
      const auto seconds = std::chrono::floor<std::chrono::seconds>(after_);
      log_.error("not drained in time", {{"seconds", std::int64_t{seconds.count()}}});
    }
    _exit(status.value_or(1));
  });
}

}  // namespace penstock::app
