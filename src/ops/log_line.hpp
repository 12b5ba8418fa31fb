// One line of the log as a value.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "penstock/core/log.hpp"
#include "penstock/core/time.hpp"
#include "penstock/ops/logging.hpp"

namespace penstock::ops {

// Without a line end. The line is free of control characters, whatever the values hold: in text all
// but printable ASCII is written as \xNN, in JSON what is valid UTF-8 stays.
std::string log_line(LogFormat format, WallTime time, LogLevel level, std::string_view event,
                     std::span<const LogField> fields);

}  // namespace penstock::ops
