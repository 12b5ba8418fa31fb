#include "extract/extractor.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "penstock/core/limits.hpp"

namespace penstock::extract {
namespace {

bool blank(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
}

}  // namespace

Batch Extractor::extract(const Block& block, Bytes max_line, std::size_t expected_events) {
  Batch batch;
  batch.block = block;
  if (block.kind == BlockKind::oversized_line) {
    batch.dead_letters.push_back({DeadLetterReason::too_large, block.bytes, block.original_size});
    return batch;
  }
  batch.events.reserve(expected_events);
  std::string_view rest = block.bytes;
  while (!rest.empty()) {
    const std::size_t line_feed = rest.find('\n');
    const bool ended = line_feed != std::string_view::npos;
    const std::string_view received = rest.substr(0, line_feed);
    rest.remove_prefix(ended ? line_feed + 1 : rest.size());

    // Of a last line, too: a session can be cut between the two bytes of a line end.
    std::string_view line = received;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (blank(line)) {
      continue;
    }
    if (line.size() > max_line.count) {
      batch.dead_letters.push_back(
          {DeadLetterReason::too_large, line.substr(0, limits::oversized_kept.count), line.size()});
      continue;
    }
    const auto refused = parser_.parse(line, batch.events.emplace_back(), batch.decoded);
    if (!refused) {
      continue;
    }
    batch.events.pop_back();
    if (ended) {
      batch.dead_letters.push_back({*refused, line, line.size()});
    } else {
      batch.truncated_bytes = received.size();
    }
  }
  return batch;
}

}  // namespace penstock::extract
