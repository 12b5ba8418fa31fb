#include "simulator/archived_line.hpp"

#include "penstock/core/utf8.hpp"
#include "simulator/json_reading.hpp"

namespace penstock::simulator {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

ArchivedLine look_at(std::string_view line, Bytes max_event) {
  if (line.size() > max_event.count) {
    return {DeadLetterReason::too_large, {}};
  }
  if (!is_utf8(line)) {
    return {DeadLetterReason::invalid_utf8, {}};
  }
  ArchivedLine seen;
  const JsonShape shape = scan_json(line, [&](const JsonScalar& scalar) {
    if (scalar.depth == 2 && scalar.is_string && scalar.outer == "origin" &&
        scalar.name == "job_id") {
      seen.job = scalar.text;
    }
    return true;
  });
  seen.bad = !shape.valid     ? std::optional(DeadLetterReason::invalid_json)
             : shape.too_deep ? std::optional(DeadLetterReason::too_deep)
             : !shape.object  ? std::optional(DeadLetterReason::not_an_object)
                              : std::nullopt;
  if (seen.bad) {
    seen.job.clear();
  }
  return seen;
}

}  // namespace penstock::simulator
