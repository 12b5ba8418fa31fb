// What a reader makes of a line of an archive: nobody knows beforehand whether it is an event.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/event.hpp"
#include "penstock/core/units.hpp"

namespace penstock::simulator {

// A keep-alive: nothing that a reader would count.
bool is_blank(std::string_view line);

struct ArchivedLine {
  std::optional<DeadLetterReason> bad;  // why a reader has to set it aside
  std::string job;                      // origin.job_id as it stands there; empty: none
};
// `max_event`: larger ones are too large.
ArchivedLine look_at(std::string_view line, Bytes max_event);

}  // namespace penstock::simulator
