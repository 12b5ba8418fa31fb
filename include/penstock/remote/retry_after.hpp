// The Retry-After header (RFC 9110 section 10.2.3). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::remote {

// How long to wait from `now`: seconds or an HTTP date, within limits::retry_after_min and _max.
// Nothing where the value is neither.
std::optional<Duration> parse_retry_after(std::string_view value, WallTime now);

}  // namespace penstock::remote
