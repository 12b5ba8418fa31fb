#include "penstock/core/system_clock.hpp"

namespace penstock {

WallTime wall_now() noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

MonotonicTime monotonic_now() noexcept { return std::chrono::steady_clock::now(); }

}  // namespace penstock
