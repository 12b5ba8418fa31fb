#include "app/end_bound.hpp"

#include <unistd.h>

#include <condition_variable>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <utility>

#include "penstock/core/thread_name.hpp"

namespace penstock::app {
namespace {

constexpr std::chrono::seconds longest_line{1};

// For a moment at most: what hangs may be the log, where nobody reads what it is written to.
void tell(std::function<void()> line) {
  // shared: with the thread, which may be done when nobody waits any more
  const auto told = std::make_shared<std::promise<void>>();
  try {
    std::thread([line = std::move(line), told] {
      line();
      told->set_value();
    }).detach();
    told->get_future().wait_for(longest_line);
  } catch (const std::exception&) {  // no thread to be had: it ends without a word
  }
}

}  // namespace

void EndBound::start() {
  if (thread_.joinable()) {
    return;
  }
  thread_ = std::jthread([this](const std::stop_token& lifted) {
    name_this_thread("end bound");
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, lifted, after_, [] { return false; });
    if (lifted.stop_requested()) {
      return;
    }
    const std::optional<int> status = status_;
    tell([this, status] {
      if (status) {
        log_.warning("what hangs at the end isn't waited for", {{"status", *status}});
      } else {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(after_);
        log_.error("not drained in time", {{"seconds", std::int64_t{seconds.count()}}});
      }
    });
    _exit(status.value_or(1));
  });
}

}  // namespace penstock::app
