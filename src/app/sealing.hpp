// When a block of the journal is sealed that doesn't get full. Pure.
#pragma once

#include <algorithm>

#include "penstock/core/commit_beat.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/time.hpp"

namespace penstock::app {

// Just in time to be extracted by the tick at which its events are committed: each block costs the
// threads that it passes a wake-up, and before the tick nobody sees its events.
inline MonotonicTime sealed_by(const CommitBeat& beat, MonotonicTime begun) {
  const MonotonicTime tick = beat.after(begun + limits::seal_ahead);
  return std::min(tick - limits::seal_ahead, begun + limits::block_max_age);
}

}  // namespace penstock::app
