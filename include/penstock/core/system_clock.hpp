// The one place where a clock is read. Include it from shells, never from code that decides.
#pragma once

#include "penstock/core/time.hpp"

namespace penstock {

WallTime wall_now() noexcept;
MonotonicTime monotonic_now() noexcept;

}  // namespace penstock
