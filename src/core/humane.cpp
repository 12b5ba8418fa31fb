#include "penstock/core/humane.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace penstock {
namespace {

// `number` in the largest unit that leaves one before the point, of three digits.
std::string three_digits(double number) {
  static constexpr std::array<std::string_view, 7> units{"", "k", "M", "G", "T", "P", "E"};
  constexpr double step = 1000;
  constexpr double rounds_up = 0.9995;
  std::size_t unit = 0;
  while (unit + 1 < units.size() && number >= step * rounds_up) {
    number /= step;
    ++unit;
  }
  return fixed(number, number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2) + std::string(units[unit]);
}

}  // namespace

std::string fixed(double number, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, number);
  return text.data();
}

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

std::string short_count(std::uint64_t number) {
  constexpr std::uint64_t written_out = 100'000;
  return number < written_out ? grouped(number) : three_digits(static_cast<double>(number));
}

std::string percent_text(double share) {
  constexpr double rounding = 1e-9;  // 0.29 is 28.999… %
  const double percent = 100 * std::clamp(share, 0.0, 1.0);
  return percent > 0 && percent < 1 ? "<1%" : fixed(std::floor(percent + rounding), 0) + "%";
}

std::string percent_text(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-" : percent_text(static_cast<double>(part) / static_cast<double>(whole));
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
