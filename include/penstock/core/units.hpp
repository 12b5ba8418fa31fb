// Sizes and durations with their unit in the type, and how users write them.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "penstock/core/error.hpp"

namespace penstock {

struct Bytes {
  std::uint64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};

constexpr Bytes operator""_KiB(unsigned long long n) { return Bytes{n << 10}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return Bytes{n << 20}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return Bytes{n << 30}; }

// `64MiB`, `1GB`, `512` (bytes); units B, kB, MB, GB, TB, KiB, MiB, GiB, TiB. No sign, no fraction.
Result<Bytes> parse_bytes(std::string_view text);
// In the largest unit that gives a whole number: `64MiB`, `1GB`, `1500B`. Parses back to the same.
std::string to_string(Bytes size);

using Duration = std::chrono::milliseconds;

// `250ms`, `5s`, `15m`, `1h`, `2d`. A unit is required, but for a bare 0.
Result<Duration> parse_duration(std::string_view text);
std::string to_string(Duration duration);

// For people, the two largest units: 3d04h, 2h05m, 4m10s, 12s; from 100 days on the days.
std::string duration_text(Duration duration);

}  // namespace penstock
