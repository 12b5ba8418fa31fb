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

// RFC 9110 section 5.6.7, all its forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94
// 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`. A year of two digits is the latest that is not more
// than 50 years after `now`. The weekday isn't looked at.
std::optional<WallTime> parse_http_date(std::string_view text, WallTime now);

}  // namespace penstock
