#include "penstock/core/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "penstock/core/text.hpp"

namespace penstock {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// The order is that in which to_string tries them: the largest unit that divides the number.
constexpr std::array<Unit, 9> byte_units{{{"TiB", 1ull << 40},
                                          {"TB", 1'000'000'000'000},
                                          {"GiB", 1ull << 30},
                                          {"GB", 1'000'000'000},
                                          {"MiB", 1ull << 20},
                                          {"MB", 1'000'000},
                                          {"KiB", 1ull << 10},
                                          {"kB", 1'000},
                                          {"B", 1}}};
constexpr std::array<Unit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

// A whole number and one of `units`; nothing else.
template <std::size_t N>
Result<std::uint64_t> parse_quantity(std::string_view text, const std::array<Unit, N>& units,
                                     std::string_view bare_unit, std::string_view example) {
  const auto fail = [&](std::string_view why) {
    return make_error(Errc::invalid_argument, "`" + printable(text) + "` " + std::string(why) +
                                                  "; write it like " + std::string(example));
  };
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    return fail("is too large");
  }
  if (error != std::errc{}) {
    return fail("is not a whole number with a unit");
  }
  std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (suffix.empty()) {
    if (number != 0 && bare_unit.empty()) {
      return fail("has no unit");
    }
    suffix = bare_unit.empty() ? units.back().name : bare_unit;
  }
  for (const Unit& unit : units) {
    if (suffix == unit.name) {
      // Stored in signed 64-bit durations too, so the smaller limit holds for both.
      constexpr auto max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      if (number > max / unit.factor) {
        return fail("is too large");
      }
      return number * unit.factor;
    }
  }
  return fail("has an unknown unit");
}

template <std::size_t N>
std::string format_quantity(std::uint64_t value, const std::array<Unit, N>& units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) {
      return std::to_string(value / unit.factor) + std::string(unit.name);
    }
  }
  return "0";
}

}  // namespace

Result<Bytes> parse_bytes(std::string_view text) {
  const auto count = parse_quantity(text, byte_units, "B", "64MiB or 1GB");
  if (!count) {
    return count.error();
  }
  return Bytes{*count};
}

std::string to_string(Bytes size) { return format_quantity(size.count, byte_units); }

Result<Duration> parse_duration(std::string_view text) {
  const auto count = parse_quantity(text, duration_units, "", "250ms, 5s, 15m or 1h");
  if (!count) {
    return count.error();
  }
  return Duration(static_cast<Duration::rep>(*count));
}

std::string to_string(Duration duration) {
  if (duration.count() == 0) {
    return "0s";
  }
  return format_quantity(static_cast<std::uint64_t>(duration.count()), duration_units);
}

std::string duration_text(Duration duration) {
  const auto seconds = std::max<std::int64_t>(0, duration.count() / 1000);
  const auto two = [](std::int64_t large, char large_unit, std::int64_t small, char small_unit) {
    return std::to_string(large) + large_unit + (small < 10 ? "0" : "") + std::to_string(small) +
           small_unit;
  };
  if (seconds < 60) {
    return std::to_string(seconds) + "s";
  }
  if (seconds < 3'600) {
    return two(seconds / 60, 'm', seconds % 60, 's');
  }
  if (seconds < 86'400) {
    return two(seconds / 3'600, 'h', seconds / 60 % 60, 'm');
  }
  if (seconds < 100 * 86'400) {
    return two(seconds / 86'400, 'd', seconds / 3'600 % 24, 'h');
  }
  return std::to_string(seconds / 86'400) + "d";
}

}  // namespace penstock
