#include "simulator/event_times.hpp"

#include <algorithm>
#include <cstdlib>

namespace penstock::simulator {
namespace {

// An event happened a moment before it is sent, and never after it, as far as a paced stream
// jitters: a lag is below what anyone looks at, and not negative.
constexpr std::int64_t before_ms = 100;

}  // namespace

EventTimes EventTimes::fixed(WallTime start) {
  EventTimes times;
  times.stretches_ = {{0, start.time_since_epoch().count()}};
  return times;
}

EventTimes EventTimes::by_clock(std::optional<double> rate) {
  EventTimes times;
  times.fixed_ = false;
  times.step_ms_ = rate && *rate > 0 ? 1000 / *rate : 0;
  return times;
}

void EventTimes::note(std::uint64_t n, WallTime now) {
  if (fixed_) {
    return;
  }
  while (!stretches_.empty() && stretches_.back().first >= n) {
    stretches_.pop_back();
  }
  const std::int64_t happened_ms = now.time_since_epoch().count() - before_ms;
  if (stretches_.empty() || std::abs(of(n) - happened_ms) > before_ms) {
    stretches_.push_back({n, happened_ms});
  }
}

std::int64_t EventTimes::of(std::uint64_t n) const {
  const auto behind =
      std::upper_bound(stretches_.begin(), stretches_.end(), n,
                       [](std::uint64_t event, const Stretch& at) { return event < at.first; });
  if (behind == stretches_.begin()) {
    return 0;  // nobody noted a time yet
  }
  const Stretch& stretch = *(behind - 1);
  return stretch.time_ms +
         static_cast<std::int64_t>(static_cast<double>(n - stretch.first) * step_ms_);
}

}  // namespace penstock::simulator
