// What the program makes of an answer's bytes: HTTP, journal and extraction as a source has them,
// without network and threads.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/event.hpp"

namespace penstock::fuzz {

// Small, so that every border is met.
struct Geometry {
  std::size_t max_line = 0, block_size = 0, segment_size = 0, segments = 2;
};

struct Seen {
  bool is_event = false;
  DeadLetterReason reason = DeadLetterReason::invalid_json;  // of a dead letter
  std::string bytes;       // of an oversized line its beginning, how much of it is left open
  std::uint64_t size = 0;  // of the whole line
};

struct Received {
  std::vector<Seen> lines;
  std::uint64_t truncated_bytes = 0;
  std::uint64_t body_bytes = 0;
  bool is_http = true;  // it has a head, and no byte was against the protocol
  bool ended = false;   // the body came to its end
};

// `cut`: in pieces, with blocks sealed and released at random; else at once.
Received receive(std::string_view answer, const Geometry& geometry, std::mt19937* cut);

}  // namespace penstock::fuzz
