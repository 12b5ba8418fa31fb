#include "penstock/ops/source_history.hpp"

namespace penstock::ops {

void SourceHistory::sample(MonotonicTime now, std::uint64_t received_events, double lag_seconds) {
  // A source that was removed and came back counts anew.
  if (!begun_ || received_events < received_events_) {
    begun_ = now;
    received_events_ = received_events;
    return;
  }
  const auto passed = now - *begun_;
  if (passed < interval) {
    return;
  }
  const std::uint64_t events = received_events - received_events_;
  const double seconds = std::chrono::duration<double>(passed).count();
  points_.push_back({.events_per_second = static_cast<double>(events) / seconds,
                     .lag_seconds = events == 0 ? std::nullopt : std::optional(lag_seconds)});
  if (points_.size() > points_kept) {
    points_.pop_front();
  }
  begun_ = now;
  received_events_ = received_events;
}

std::optional<double> SourceHistory::events_per_second() const {
  return points_.empty() ? std::nullopt : std::optional(points_.back().events_per_second);
}

}  // namespace penstock::ops
