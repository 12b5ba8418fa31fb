#include "extract/line_parser.hpp"

#include "extract/json_parser.hpp"
#include "penstock/core/utf8.hpp"

namespace penstock::extract {

std::optional<DeadLetterReason> LineParser::parse(std::string_view line, Event& event,
                                                  std::deque<std::string>& decoded) {
  handler_.reset();
  const JsonResult result = parse_json(line, handler_);
  const bool all_ascii = result.verdict == JsonVerdict::object && result.ascii;
  if (!all_ascii && !is_utf8(line)) {
    return DeadLetterReason::invalid_utf8;
  }
  switch (result.verdict) {
    case JsonVerdict::invalid:
      return DeadLetterReason::invalid_json;
    case JsonVerdict::too_deep:
      return DeadLetterReason::too_deep;
    case JsonVerdict::other_value:
      return DeadLetterReason::not_an_object;
    case JsonVerdict::object:
      break;
  }
  event.line = line;
  handler_.fill(event, decoded);
  return std::nullopt;
}

}  // namespace penstock::extract
