// The time as something that is given: the system's, or one that a test turns.
#pragma once

#include "penstock/core/time.hpp"

namespace penstock {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime monotonic() const = 0;
  virtual WallTime wall() const = 0;
};

}  // namespace penstock
