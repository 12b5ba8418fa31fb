// Points in time. Code that decides gets them as arguments; only system_clock.hpp reads a clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

// For what is stored and shown: UTC, milliseconds since 1970.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
// For waits and ages: never jumps.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// RFC 3339, UTC, milliseconds: `2026-11-23T20:15:30.250Z`.
std::string to_rfc3339(WallTime time);
std::optional<WallTime> parse_rfc3339(std::string_view text);

// RFC 9110 section 5.6.7, the preferred form only: `Sun, 06 Nov 1994 08:49:37 GMT`.
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace penstock
