// One block through the pool, for commands: what the daemon would make of it.
#pragma once

#include <string_view>
#include <utility>

#include "penstock/extract/pool.hpp"

namespace penstock::app {

// The block's bytes stay as long as the batch.
inline Batch extract_block(extract::Pool& pool, const extract::LaneOptions& options,
                           const Block& block) {
  Batch extracted;
  {
    const auto lane = pool.open_lane(options, [&](Batch&& batch) { extracted = std::move(batch); });
    lane->submit(block);
  }  // it waits for the batch
  return extracted;
}

// The same of lines that stand in no journal.
inline Batch extract_lines(extract::Pool& pool, const extract::LaneOptions& options,
                           std::string_view lines, WallTime received_at = {},
                           SessionId session = {}) {
  return extract_block(pool, options,
                       {.sequence = BlockSequence{1},
                        .channel = {},
                        .session = session,
                        .received_at = received_at,
                        .bytes = lines});
}

}  // namespace penstock::app
