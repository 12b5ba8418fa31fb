// Figures that fit into a column. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "penstock/core/time.hpp"

namespace penstock::app::top {

std::string rate_text(double per_second);  // as short_count; below ten 8.1
// 450ms, 1.5s, then as duration_text.
std::string delay_text(double seconds);
// Time of day, UTC; with the day where it isn't that of `now`: 20:15:30, 11-22 20:15.
std::string clock_text(WallTime time, WallTime now);

}  // namespace penstock::app::top
