#include "penstock/core/humane.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace penstock {
namespace {

std::string fixed(double number, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, number);
  return text.data();
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return text;
}

std::string rounded(double number) {
  constexpr double largest = 1e15;    // beyond, a double counts no ones
  constexpr double smallest = 0.005;  // below, it is 0
  if (!(std::abs(number) <= largest)) {
    return fixed(number, 0);
  }
  if (number < 0) {
    return number > -smallest ? "0" : "-" + rounded(-number);
  }
  if (number >= 9.95) {
    return grouped(static_cast<std::uint64_t>(std::llround(number)));
  }
  std::string text = fixed(number, number >= 0.995 ? 1 : 2);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) {
    text.pop_back();
  }
  return text;
}

std::string spoken(Duration duration) {
  struct Unit {
    std::int64_t seconds;
    std::string_view name;
  };
  static constexpr std::array<Unit, 4> units{
      {{86'400, " d"}, {3'600, " h"}, {60, " min"}, {1, " s"}}};
  if (duration > Duration{0} && duration < std::chrono::seconds{1}) {
    return std::to_string(duration.count()) + " ms";
  }
  const std::int64_t seconds =
      std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(duration).count());
  const auto* largest = std::find_if(units.begin(), units.end() - 1,
                                     [&](const Unit& unit) { return seconds >= unit.seconds; });
  std::string text = std::to_string(seconds / largest->seconds) + std::string(largest->name);
  const std::int64_t rest = seconds % largest->seconds;
  if (const auto* const next = largest + 1; next != units.end() && rest >= next->seconds) {
    text += " " + std::to_string(rest / next->seconds) + std::string(next->name);
  }
  return text;
}

std::string spoken(Bytes size) {
  static constexpr std::array<std::string_view, 5> names{" B", " KiB", " MiB", " GiB", " TiB"};
  auto number = static_cast<double>(size.count);
  std::size_t unit = 0;
  constexpr double step = 1024;
  constexpr double rounds_up = 1023.5;
  while (number >= rounds_up && unit + 1 < names.size()) {
    number /= step;
    ++unit;
  }
  return rounded(number) + std::string(names[unit]);
}

}  // namespace penstock
