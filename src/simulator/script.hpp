// What the lines of a session are, by number: the events of a source, or those of a replay.
#pragma once

#include <cstdint>
#include <string>

#include "penstock/simulator/event_generator.hpp"

namespace penstock::simulator {

class Script {
 public:
  virtual ~Script() = default;
  // Appends line `n` as `kind`, without its line end. What it once was it stays.
  virtual void append(std::string& out, std::uint64_t n, LineKind kind) const = 0;
  // What ends it on the wire, but where a fault demands otherwise.
  virtual std::string_view line_end(std::uint64_t) const { return "\n"; }
};

}  // namespace penstock::simulator
