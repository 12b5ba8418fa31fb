#include "penstock/core/option_numbers.hpp"

#include <array>
#include <charconv>

namespace penstock {
namespace {

template <class Number>
std::optional<Number> parse_all(std::string_view text) {
  Number number{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  return error == std::errc{} && end == last ? std::optional(number) : std::nullopt;
}

std::string digits_of(double number) {
  std::array<char, 400> text{};  // the largest has 309 digits
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

}  // namespace

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  return parse_all<std::uint64_t>(text);
}

std::string settle_whole(std::string& text, std::uint64_t least, std::uint64_t most) {
  const auto number = parse_whole(text);
  if (!number || *number < least || *number > most) {
    return "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  }
  text = std::to_string(*number);
  return "";
}

std::string check_number(const std::string& text, double low, double high) {
  const auto number = parse_all<double>(text);
  const bool within = number && *number >= low && *number <= high;  // nan isn't
  return within ? "" : "must be a number from " + digits_of(low) + " to " + digits_of(high);
}

}  // namespace penstock
