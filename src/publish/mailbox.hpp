// Batches on their way from the extraction pool to the publisher's thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "penstock/core/event.hpp"
#include "penstock/core/time.hpp"

namespace penstock::publish {

// put() and close() from any thread, the rest from the publisher's. Unbounded: the pipeline keeps
// what is on its way to limits::max_extracted_*.
class Mailbox {
 public:
  struct Taken {
    std::optional<Batch> batch;
    bool closed = false;  // and empty
  };

  void put(Batch&& batch) {
    {
      const std::lock_guard lock(mutex_);
      batches_.push_back(std::move(batch));
    }
    changed_.notify_one();
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_one();
  }

  Taken take(MonotonicTime until) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [&] { return !batches_.empty() || closed_; });
    if (batches_.empty()) {
      return {std::nullopt, closed_};
    }
    Taken taken{std::move(batches_.front()), false};
    batches_.pop_front();
    return taken;
  }

  // Waits for the time or, if sooner, for close().
  void rest(MonotonicTime until) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [&] { return closed_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> batches_;
  bool closed_ = false;
};

}  // namespace penstock::publish
