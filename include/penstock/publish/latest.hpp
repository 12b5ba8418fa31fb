// A value on its way to another thread, of which the newest alone counts: one that wasn't taken is
// replaced. However seldom it is taken, one waits at most.
#pragma once

#include <mutex>
#include <optional>
#include <utility>

namespace penstock::publish {

template <class T>
class Latest {
 public:
  // True: none waited, so that somebody has to take() it; once.
  bool put(T value) {
    const std::lock_guard lock(mutex_);
    const bool first = !value_;
    value_ = std::move(value);
    return first;
  }
  T take() {
    const std::lock_guard lock(mutex_);
    return *std::exchange(value_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::optional<T> value_;
};

}  // namespace penstock::publish
