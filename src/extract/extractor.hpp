// Makes a batch of a block. Pure, but that OpenSSL does the hashing.
#pragma once

#include <cstddef>

#include "extract/fingerprinter.hpp"
#include "extract/line_parser.hpp"
#include "penstock/core/block.hpp"
#include "penstock/core/event.hpp"
#include "penstock/extract/lane_options.hpp"

namespace penstock::extract {

// Lines end with \n or \r\n. A line of white space alone is a keep-alive and skipped. A last line
// without its line end is an event where it is a valid one, an object delimiting itself; else it
// was cut off, and counted in Batch::truncated_bytes. One thread at a time.
class Extractor {
 public:
  // A line of more than the lane's `max_line`, be it blank, is a dead letter, of which only the
  // beginning is kept. `expected_events` is how many events to make room for at once; any number is
  // right.
  Batch extract(const Block& block, const LaneOptions& lane, std::size_t expected_events);

 private:
  void add_for_ledger(Batch& batch);

  LineParser parser_;
  Fingerprinter fingerprinter_;
};

}  // namespace penstock::extract
