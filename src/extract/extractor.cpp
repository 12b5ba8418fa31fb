#include "extract/extractor.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "extract/status_handler.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::extract {
namespace {

bool blank(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
}

}  // namespace

Batch Extractor::extract(const Block& block, const LaneOptions& lane, std::size_t expected_events) {
  Batch batch;
  batch.block = block;
  batch.channel_kind = lane.kind;
  if (block.is_mark()) {
    return batch;
  }
  if (block.kind == BlockKind::oversized_line) {
    batch.dead_letters.push_back({DeadLetterReason::too_large, block.bytes, block.original_size});
    return batch;
  }
  batch.events.reserve(expected_events);
  if (lane.has_ledger) {
    batch.fingerprints.reserve(expected_events);
  }
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
    if (line.size() > lane.max_line.count) {
      batch.dead_letters.push_back(
          {DeadLetterReason::too_large, line.substr(0, limits::oversized_kept.count), line.size()});
      continue;
    }
    if (blank(line)) {
      continue;
    }
    const auto refused = parser_.parse(line, batch.events.emplace_back(), batch.decoded);
    if (!refused) {
      if (lane.has_ledger) {
        add_for_ledger(batch);
      }
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

// What a ledger needs to know of the last event.
void Extractor::add_for_ledger(Batch& batch) {
  const Event& event = batch.events.back();
  Fingerprint& fingerprint = batch.fingerprints.emplace_back();
  if (event.is_job_status()) {
    const auto index = static_cast<std::uint32_t>(batch.events.size() - 1);
    batch.job_statuses.push_back({index, job_flags(event.line)});
  } else if (event.has_job_id) {
    fingerprint = fingerprinter_.of(event.line);
  }
}

}  // namespace penstock::extract
