// When the transactions of a source are committed. Pure.
#pragma once

#include <functional>

#include "penstock/core/ids.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock {

// Ticks, one each interval. They are counted from the clock's beginning: who has something to be
// ready by a tick knows when it comes.
class CommitBeat {
 public:
  explicit CommitBeat(Duration interval, Duration shift = {})
      : interval_(interval), shift_(shift % interval) {}
  // Sources have their ticks apart, so that they don't want the processors at once.
  static CommitBeat of(const SourceName& source, Duration interval) {
    const std::size_t any = std::hash<std::string>{}(source.str());
    return CommitBeat(interval, Duration(any % static_cast<std::size_t>(interval.count())));
  }

  Duration interval() const { return interval_; }

  // The first tick after `now`.
  MonotonicTime after(MonotonicTime now) const {
    const auto since = now.time_since_epoch() - shift_ + interval_;  // never below 0
    return MonotonicTime{since / interval_ * interval_ + shift_};
  }

 private:
  Duration interval_;
  Duration shift_;
};

}  // namespace penstock
