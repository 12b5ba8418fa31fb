// Holds one run of a replay back until what came live before it goes first. Pure.
//
// A replay may bring what waits in the journal, not decided about yet, or in the remote, as the
// journal has no room for it. Where the two can't be known for the same, one would be published
// beside the other; and the run could settle a job of which something is still to come.
#pragma once

#include <algorithm>
#include <optional>

#include "penstock/core/ids.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/time.hpp"

namespace penstock::jobs {

// A time in which the journal had no room for more. What stood still in the remote comes after it.
struct FullTime {
  MonotonicTime since, until;
  bool operator==(const FullTime&) const = default;

  // It has come by then.
  MonotonicTime caught_up() const {
    return until + std::clamp<MonotonicTime::duration>(until - since, limits::after_full,
                                                       limits::after_full_most);
  }
};
// There is no room now. What was held back before may be what took it: then it's the same time.
inline FullTime full_at(const std::optional<FullTime>& before, MonotonicTime now) {
  return {before && now < before->caught_up() ? before->since : now, now};
}

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
