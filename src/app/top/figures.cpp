#include "app/top/figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "penstock/core/humane.hpp"
#include "penstock/core/units.hpp"

namespace penstock::app::top {
namespace {

std::string fixed(double number, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, number);
  return text.data();
}

// `number` in the largest unit that leaves one before the point, of three digits.
template <std::size_t N>
std::string scaled(double number, double step, const std::array<std::string_view, N>& units) {
  constexpr double rounds_up = 0.9995;
  std::size_t unit = 0;
  while (unit + 1 < N && number >= step * rounds_up) {
    number /= step;
    ++unit;
  }
  const int digits = unit == 0 || number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;
  return fixed(number, digits) + std::string(units[unit]);
}

}  // namespace

std::string short_count(std::uint64_t number) {
  static constexpr std::array<std::string_view, 7> units{"", "k", "M", "G", "T", "P", "E"};
  constexpr std::uint64_t written_out = 100'000;
  return number < written_out ? grouped(number) : scaled(static_cast<double>(number), 1000, units);
}

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

std::string percent_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) {
    return "-";
  }
  const double percent = 100 * static_cast<double>(part) / static_cast<double>(whole);
  return part > 0 && percent < 1 ? "<1%" : fixed(std::floor(percent), 0) + "%";
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 6> units{" B",   " KiB", " MiB",
                                                         " GiB", " TiB", " PiB"};
  return scaled(static_cast<double>(bytes), 1024, units);
}

std::string clock_text(WallTime time, WallTime now) {
  const std::string text = to_rfc3339(time);  // 2026-11-23T20:15:30.250Z
  const bool same_day = text.substr(0, 10) == to_rfc3339(now).substr(0, 10);
  return same_day ? text.substr(11, 8) : text.substr(5, 5) + " " + text.substr(11, 5);
}

}  // namespace penstock::app::top
