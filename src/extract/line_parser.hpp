// Decides about one line: an event, or why not. Pure.
//
// Where several reasons hold, the first of these is given: invalid_utf8 (any byte of the line),
// invalid_json, too_deep, not_an_object. As the parser stops at the bracket that is too deep, a
// line is too_deep whatever follows there.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "extract/event_handler.hpp"
#include "penstock/core/event.hpp"

namespace penstock::extract {

class LineParser {
 public:
  // Nothing where `line` is a valid event; then `event`, which comes in fresh, is filled with views
  // of `line` and `decoded`. Else both are left as they are.
  std::optional<DeadLetterReason> parse(std::string_view line, Event& event,
                                        std::deque<std::string>& decoded);

 private:
  EventHandler handler_;
};

}  // namespace penstock::extract
