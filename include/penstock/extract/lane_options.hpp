// What a lane of the pool has to know of the channel whose blocks it takes.
#pragma once

#include "penstock/core/event.hpp"
#include "penstock/core/units.hpp"

namespace penstock::extract {

struct LaneOptions {
  Bytes max_line{};  // the size of the largest line that is an event
  ChannelKind kind = ChannelKind::live;
  bool has_ledger = false;  // batches come with fingerprints and job statuses
};

}  // namespace penstock::extract
