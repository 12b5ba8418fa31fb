// What malloc keeps of what was freed.
#pragma once

#include <optional>

#include "penstock/core/time.hpp"

namespace penstock::app {

// How much malloc may keep, from now on.
void bound_kept_memory();

// Gives it back now and then. malloc by itself gives back only what is free at an arena's end, and
// there mostly something stands that was allocated in a burst and lives on.
class KeptMemory {
 public:
  void beat(MonotonicTime now);

 private:
  std::optional<MonotonicTime> given_back_at_;
};

}  // namespace penstock::app
