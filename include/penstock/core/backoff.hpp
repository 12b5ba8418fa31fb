// Waiting times between attempts. Pure: the random number comes in.
#pragma once

#include <cstdint>
#include <random>

#include "penstock/core/units.hpp"

namespace penstock {

// Pseudo-random numbers for jitter and tests; the same seed gives the same numbers everywhere.
using Random = std::mt19937_64;

// Grows by `step` a time, from `first`: 0, 250 ms, 500 ms, … max.
class LinearBackoff {
 public:
  LinearBackoff(Duration first, Duration step, Duration max)
      : first_(first), step_(step), max_(max) {}
  Duration next();
  void reset() noexcept { attempts_ = 0; }

 private:
  Duration first_, step_, max_;
  std::uint32_t attempts_ = 0;
};

// Doubles, from `first`: 5 s, 10 s, … max.
class DoublingBackoff {
 public:
  DoublingBackoff(Duration first, Duration max) : first_(first), max_(max) {}
  Duration next();
  void reset() { attempts_ = 0; }

 private:
  Duration first_, max_;
  std::uint32_t attempts_ = 0;
};

// `wait` times a factor within [1 - spread, 1 + spread].
Duration jittered(Duration wait, double spread, Random& random);

}  // namespace penstock
