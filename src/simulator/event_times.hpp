// When the events of an endless source happen, for their origin.ts: as they are sent, or on a fixed
// scale. Pure: what an event's time once is it stays, so that the event can be made again.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "penstock/core/time.hpp"

namespace penstock::simulator {

class EventTimes {
 public:
  // A millisecond an event from `start` on, whatever the clock says.
  static EventTimes fixed(WallTime start);
  // As the clock goes. `rate`: events per second that are to be expected; none: unknown.
  static EventTimes by_clock(std::optional<double> rate);

  // The next event to be made is number `n`, and it is `now`. What was said of it before, and of
  // those behind it, is void.
  void note(std::uint64_t n, WallTime now);
  // Milliseconds since 1970.
  std::int64_t of(std::uint64_t n) const;

 private:
  // From event `first` on, at a steady pace.
  struct Stretch {
    std::uint64_t first;
    std::int64_t time_ms;
  };
  bool fixed_ = true;
  double step_ms_ = 1;
  std::vector<Stretch> stretches_;  // in order; never empty where fixed
};

}  // namespace penstock::simulator
