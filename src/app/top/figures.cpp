#include "app/top/figures.hpp"

#include <algorithm>
#include <cmath>

#include "penstock/core/humane.hpp"
#include "penstock/core/units.hpp"

namespace penstock::app::top {

std::string rate_text(double per_second) {
  constexpr double largest = 1e18;
  if (!(per_second > 0)) {
    return "0";
  }
  return per_second < 9.95
             ? fixed(per_second, 1)
             : short_count(static_cast<std::uint64_t>(std::llround(std::min(per_second, largest))));
}

std::string delay_text(double seconds) {
  constexpr double milliseconds = 1000;
  constexpr double largest = 1e12;
  if (!(seconds > 0)) {
    return "0ms";
  }
  if (seconds < 0.9995) {
    return fixed(seconds * milliseconds, 0) + "ms";
  }
  if (seconds < 9.95) {
    return fixed(seconds, 1) + "s";
  }
  return duration_text(
      Duration(static_cast<std::int64_t>(std::min(seconds, largest) * milliseconds)));
}

std::string clock_text(WallTime time, WallTime now) {
  const std::string text = to_rfc3339(time);  // 2026-11-23T20:15:30.250Z
  const bool same_day = text.substr(0, 10) == to_rfc3339(now).substr(0, 10);
  return same_day ? text.substr(11, 8) : text.substr(5, 5) + " " + text.substr(11, 5);
}

}  // namespace penstock::app::top
