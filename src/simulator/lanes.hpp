// The made-up jobs of an endless /stream: they take turns, so that an event's index says whose it
// is. Pure.
#pragma once

#include <cstdint>

#include "simulator/random.hpp"

namespace penstock::simulator {

// Event n belongs to lane n % lanes. Lanes are shifted against each other so that jobs overlap.
inline constexpr std::uint64_t lanes = 3;

struct JobSlot {
  std::uint64_t lane, number;  // the job's place
  std::uint64_t begin, end;    // its events on the lane, as [begin, end)
  std::uint64_t first() const { return begin * lanes + lane; }
  std::uint64_t last() const { return (end - 1) * lanes + lane; }
};

JobSlot slot(std::uint64_t lane, std::uint64_t number);
JobSlot slot_of(std::uint64_t n);
SplitMix64 slot_random(std::uint64_t seed, const JobSlot& job);

}  // namespace penstock::simulator
