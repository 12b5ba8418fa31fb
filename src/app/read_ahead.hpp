// How far reading may run ahead of Kafka while Kafka keeps up. Pure.
#pragma once

#include <algorithm>
#include <optional>

#include "penstock/core/limits.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::app {

// A remote that can send faster than Kafka takes is read as fast as Kafka takes, so that few
// segments are in use, and warm. But only where that shows to be a matter of moments: once Kafka
// answers no more, falls far behind, or doesn't catch up for long, what comes is read as it comes,
// until all that waits is published. The journal is for that; a remote drops what nobody reads.
class ReadAhead {
 public:
  // Something that waited is committed.
  void committed(MonotonicTime now) { last_commit_ = now; }

  // Whether the next read is to wait a little, with so much received and not yet committed.
  bool holds(Bytes waiting, MonotonicTime now) {
    if (waiting.count < limits::read_ahead.count / 2) {
      free_ = false;
      begun_.reset();
    }
    if (free_ || waiting < limits::read_ahead) {
      return false;
    }
    begun_ = begun_.value_or(now);
    const MonotonicTime answered = std::max(*begun_, last_commit_.value_or(*begun_));
    free_ = waiting.count >= 2 * limits::read_ahead.count ||
            now - answered > limits::read_ahead_answer || now - *begun_ > limits::read_ahead_time;
    return !free_;
  }

 private:
  std::optional<MonotonicTime> last_commit_;
  std::optional<MonotonicTime> begun_;  // of holding back, since it had caught up last
  bool free_ = false;
};

}  // namespace penstock::app
