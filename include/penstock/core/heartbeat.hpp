// The sign of life of one loop. Its thread beats it; any thread asks how old the beat is.
//
// A loop beats at every turn. One that is about to wait on purpose beats with the time at which the
// wait ends at the latest; one that waits for work, however long, rests. So what grows old is
// stuck.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock {

class Heartbeat {
 public:
  void beat(MonotonicTime at) noexcept {
    at_ms_.store(milliseconds(at), std::memory_order_relaxed);
  }
  void rest() noexcept { at_ms_.store(resting, std::memory_order_relaxed); }
  // Since the last beat. 0 at rest, before the first beat, and until a time that lies ahead.
  Duration age(MonotonicTime now) const noexcept {
    const std::int64_t at_ms = at_ms_.load(std::memory_order_relaxed);
    return at_ms == resting ? Duration{0}
                            : std::max(Duration{0}, Duration{milliseconds(now) - at_ms});
  }

 private:
  static constexpr std::int64_t resting = std::numeric_limits<std::int64_t>::max();
  static std::int64_t milliseconds(MonotonicTime time) noexcept {
    return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  }

  std::atomic<std::int64_t> at_ms_{resting};
};

}  // namespace penstock
