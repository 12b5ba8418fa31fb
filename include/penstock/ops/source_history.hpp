// The rate and the delay of one source over the last ten minutes, for plots. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::ops {

struct HistoryPoint {
  double events_per_second = 0;
  std::optional<double> lag_seconds;  // none: no event came
  bool operator==(const HistoryPoint&) const = default;
};

class SourceHistory {
 public:
  static constexpr std::chrono::seconds interval{5};
  static constexpr std::size_t points_kept = 120;

  // About once a second. `received_events` since the start; `lag_seconds` of the last event.
  void sample(MonotonicTime now, std::uint64_t received_events, double lag_seconds);

  // The oldest first; one an interval, whatever the samples' times were.
  const std::deque<HistoryPoint>& points() const { return points_; }
  // Of the last point; none before the first.
  std::optional<double> events_per_second() const;

 private:
  std::deque<HistoryPoint> points_;
  std::optional<MonotonicTime> begun_;  // of the point to come
  std::uint64_t received_events_ = 0;   // then
};

}  // namespace penstock::ops
