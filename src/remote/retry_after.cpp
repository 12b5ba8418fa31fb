#include "penstock/remote/retry_after.hpp"

#include <algorithm>
#include <charconv>

#include "penstock/core/limits.hpp"

namespace penstock::remote {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

std::optional<Duration> parse_retry_after(std::string_view value, WallTime now) {
  constexpr Duration min = limits::retry_after_min;
  constexpr Duration max = limits::retry_after_max;
  value = trimmed(value);
  if (!value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos) {
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error != std::errc{}) {
      return max;  // more than 136 years
    }
    return std::clamp<Duration>(std::chrono::seconds(seconds), min, max);
  }
  const auto date = parse_http_date(value, now);
  return date ? std::optional(std::clamp<Duration>(*date - now, min, max)) : std::nullopt;
}

}  // namespace penstock::remote
