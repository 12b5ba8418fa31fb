// What is told of a source's live sessions besides their own log lines. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "penstock/core/event.hpp"
#include "penstock/core/session_end.hpp"

namespace penstock::app {

// What a session brought: known when the mark of its end has come through.
struct SessionTotals {
  std::uint64_t events = 0, dead_letters = 0, truncated_bytes = 0;

  // The batches of the live sessions, in the order of their blocks.
  void add(const Batch& batch) {
    if (batch.block.kind == BlockKind::session_opened) {
      *this = {};
    }
    events += batch.events.size();
    dead_letters += batch.dead_letters.size();
    truncated_bytes += batch.truncated_bytes;
  }
};

// Whether the API refuses the source, as far as the event tells: whatever else became of the last
// attempt, it isn't refused now.
inline std::optional<bool> tells_refused(SourceEvent event) {
  switch (event) {
    case SourceEvent::unauthorised:
    case SourceEvent::not_found:
      return true;
    case SourceEvent::connected:
    case SourceEvent::disconnected:
    case SourceEvent::stalled:
    case SourceEvent::throttled:
      return false;
    default:
      return std::nullopt;
  }
}

}  // namespace penstock::app
