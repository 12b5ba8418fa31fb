// Makes a batch of a block. Pure.
#pragma once

#include <cstddef>

#include "extract/line_parser.hpp"
#include "penstock/core/block.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/units.hpp"

namespace penstock::extract {

// Lines end with \n or \r\n. A line of white space alone is a keep-alive and skipped. A last line
// without its line end is an event where it is a valid one, an object delimiting itself; else it
// was cut off, and counted in Batch::truncated_bytes. One thread at a time.
class Extractor {
 public:
  // A line of more than `max_line` is a dead letter, of which only the beginning is kept.
  // `expected_events` is how many events to make room for at once; any number is right.
  Batch extract(const Block& block, Bytes max_line, std::size_t expected_events);

 private:
  LineParser parser_;
};

}  // namespace penstock::extract
