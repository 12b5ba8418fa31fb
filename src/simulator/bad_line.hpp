// Turns an event into a line that a reader must set aside, for one reason only: a line with invalid
// UTF-8 is well-formed JSON otherwise, a malformed one is valid UTF-8, and so on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "penstock/core/units.hpp"
#include "penstock/simulator/event_generator.hpp"
#include "simulator/random.hpp"

namespace penstock::simulator {

// `out` from `begin` on is event number `n`; it becomes a line of `kind`.
void spoil(std::string& out, std::size_t begin, LineKind kind, Bytes max_event, std::uint64_t n,
           SplitMix64& random);

}  // namespace penstock::simulator
