// Holds one run of a replay back until what came live before it goes first. Pure.
//
// A replay may bring what waits in the journal, not decided about yet, or in the remote, as the
// journal has no room for it, or nothing ran here. Where the two can't be known for the same, one
// would be published beside the other; and the run could settle a job of which something is still
// to come.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "penstock/core/block.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::jobs {

// A time in which the remote held back what it had, as nobody took it. That comes after it.
struct FullTime {
  MonotonicTime since, until;
  bool operator==(const FullTime&) const = default;

  // It has come by then.
  MonotonicTime caught_up() const {
    return until + std::clamp<MonotonicTime::duration>(until - since, limits::after_full,
                                                       limits::after_full_most);
  }
};
// Nobody takes anything now, and for so long. What was held back before may be what took the room:
// then it's the same time.
inline FullTime full_at(const std::optional<FullTime>& before, MonotonicTime now,
                        MonotonicTime::duration lasted = {}) {
  const MonotonicTime since = now - lasted;
  return {before && since < before->caught_up() ? std::min(before->since, since) : since, now};
}

// When that was last, and what it means for the end of the live session.
class HeldBack {
 public:
  void opened(MonotonicTime now, WallTime wall) {
    look(now, wall);
    opened_ = received_ = now;
  }
  void received(MonotonicTime now) { received_ = now; }
  // The journal has no room.
  void full(MonotonicTime now) { last_ = full_at(last_, now); }
  // To be called every second, and before anybody asks. A machine that is suspended may hold its
  // monotonic clock, too.
  void look(MonotonicTime now, WallTime wall) {
    if (looked_) {
      const MonotonicTime::duration counted = now - looked_->first;
      // Nothing is remembered for longer.
      const auto by_wall =
          std::clamp<Duration>(wall - looked_->second, Duration{0}, limits::job_memory);
      const auto lasted = std::max<MonotonicTime::duration>(counted, by_wall);
      if (lasted > limits::stood_still) {
        stood_still(now, lasted, lasted - counted);
      }
      const auto back = std::chrono::floor<Duration>(counted) - (wall - looked_->second);
      if (back > limits::clock_step) {
        set_back_ += back;
      }
    }
    looked_.emplace(now, wall);
  }
  const std::optional<FullTime>& last() const { return last_; }
  // How far the wall clock was set back since this was asked before.
  Duration take_set_back() { return std::exchange(set_back_, Duration{0}); }

  // Of the session: what it loses while it is still behind was sent from then on, not after the
  // last bytes that came. None once bytes came after that.
  std::optional<Backlog> backlog() const {
    if (!last_ || !looked_ || opened_ >= last_->until || received_ >= last_->caught_up()) {
      return std::nullopt;
    }
    const auto by_wall = [&](MonotonicTime time) {
      return looked_->second - std::chrono::floor<Duration>(looked_->first - time);
    };
    return Backlog{by_wall(std::max(opened_, last_->since)), by_wall(last_->caught_up())};
  }
  // The session ends.
  std::optional<WallTime> lost_since(MonotonicTime now, WallTime wall) {
    look(now, wall);
    const auto behind = backlog();
    return behind ? std::optional(behind->since) : std::nullopt;
  }

 private:
  // `unseen`: what of it the monotonic clock didn't count. What was before is as much longer ago.
  void stood_still(MonotonicTime now, MonotonicTime::duration lasted,
                   MonotonicTime::duration unseen) {
    opened_ -= unseen;
    received_ -= unseen;
    if (last_) {
      last_->since -= unseen;
      last_->until -= unseen;
    }
    last_ = full_at(last_, now, lasted);
  }

  MonotonicTime opened_, received_;  // the session; its last bytes
  std::optional<FullTime> last_;
  std::optional<std::pair<MonotonicTime, WallTime>> looked_;
  Duration set_back_{0};
};

// The live channel, now.
struct LiveChannel {
  // The block with its last whole line; where nothing waits, the last one delivered.
  BlockSequence received;
  BlockSequence delivered;       // these are decided about before the run's
  std::optional<FullTime> full;  // the last time
};

class ReplayGate {
 public:
  static MonotonicTime not_before(const LiveChannel& live) {
    return live.full ? live.full->caught_up() : MonotonicTime::min();
  }

  // To be asked until it says yes.
  bool opens(const LiveChannel& live, MonotonicTime now) {
    if (now < not_before(live)) {
      behind_.reset();
      return false;
    }
    // Where only recovered blocks wait, none has that number: it is less once all are delivered.
    behind_ = std::min(behind_.value_or(live.received), live.received);
    return live.delivered >= *behind_;
  }

 private:
  std::optional<BlockSequence> behind_;
};

}  // namespace penstock::jobs
