// The one place where a clock is read. Include it from shells, never from code that decides.
#pragma once

#include "penstock/core/clock.hpp"
#include "penstock/core/time.hpp"

namespace penstock {

WallTime wall_now() noexcept;
MonotonicTime monotonic_now() noexcept;

class SystemClock final : public Clock {
 public:
  MonotonicTime monotonic() const override { return monotonic_now(); }
  WallTime wall() const override { return wall_now(); }
};

}  // namespace penstock
