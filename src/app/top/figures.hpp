// Figures that fit into a column. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "penstock/core/time.hpp"

namespace penstock::app::top {

std::string short_count(std::uint64_t number);  // at most 6 characters: 12,345, 123k, 12.3M
std::string rate_text(double per_second);       // the same; below ten 8.1
// 450ms, 1.5s, then as duration_text.
std::string delay_text(double seconds);
// 0%, <1%, 50%; 100% where it is full. `-` without a whole.
std::string percent_text(std::uint64_t part, std::uint64_t whole);
std::string size_text(std::uint64_t bytes);  // 512 B, 1.5 KiB, 32 GiB
// Time of day, UTC; with the day where it isn't that of `now`: 20:15:30, 11-22 20:15.
std::string clock_text(WallTime time, WallTime now);

}  // namespace penstock::app::top
