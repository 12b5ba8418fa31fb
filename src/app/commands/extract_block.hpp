// One block through the pool, for commands: what the daemon would make of it.
#pragma once

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

}  // namespace penstock::app
