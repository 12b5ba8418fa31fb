// When a block of the journal is sealed that doesn't get full. Pure.
#pragma once

#include <optional>

#include "penstock/core/commit_beat.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/time.hpp"

namespace penstock::app {

struct Sealing {
  MonotonicTime at;
  std::optional<MonotonicTime> tick;  // that it is for, and that needn't wait longer
};

// Just in time to be extracted by the tick at which its events are committed: each block costs the
// threads that it passes a wake-up, and before the tick nobody sees its events.
inline Sealing sealing_of(const CommitBeat& beat, MonotonicTime begun) {
  const MonotonicTime tick = beat.after(begun + limits::seal_ahead);
  const MonotonicTime late = begun + limits::block_max_age;
  if (late < tick - limits::seal_ahead) {
    return {late, {}};
  }
  return {tick - limits::seal_ahead, tick};
}

}  // namespace penstock::app
