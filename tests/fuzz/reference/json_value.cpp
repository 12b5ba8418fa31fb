#include "fuzz/reference/json_value.hpp"

#include <algorithm>
#include <limits>

namespace penstock::fuzz {
namespace {

// The members in the order of their names; those of one name in the order they are written in.
std::vector<std::size_t> by_name(const Json& object) {
  std::vector<std::size_t> order(object.items.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return object.names[a].text < object.names[b].text;
  });
  return order;
}

}  // namespace

std::optional<Decimal> decimal_of(std::string_view number) {
  constexpr std::size_t most = 15;  // digits of an exponent
  Decimal result{.negative = number.starts_with('-')};
  number.remove_prefix(result.negative ? 1 : 0);
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  std::string_view exponent = number.substr(std::min(e + 1, number.size()));
  const bool negative_exponent = exponent.starts_with('-');
  exponent.remove_prefix(std::min(exponent.find_first_of("0123456789"), exponent.size()));
  exponent.remove_prefix(std::min(exponent.find_first_not_of('0'), exponent.size()));
  std::size_t behind_point = 0;
  bool point = false;
  for (const char c : number.substr(0, e)) {
    point = point || c == '.';
    if (c != '.') {
      result.digits += c;
      behind_point += point ? 1 : 0;
    }
  }
  result.digits.erase(0, std::min(result.digits.find_first_not_of('0'), result.digits.size()));
  if (result.digits.empty()) {
    return Decimal{};
  }
  if (exponent.size() > most) {
    return std::nullopt;
  }
  for (const char digit : exponent) {
    result.exponent = result.exponent * 10 + (digit - '0');
  }
  result.exponent = negative_exponent ? -result.exponent : result.exponent;
  result.exponent -= static_cast<std::int64_t>(behind_point);
  while (result.digits.ends_with('0')) {
    result.digits.pop_back();
    ++result.exponent;
  }
  return result;
}

std::optional<std::int64_t> whole_part(const Decimal& number) {
  constexpr std::int64_t longest = 19;  // digits of the largest int64
  const auto size = static_cast<std::int64_t>(number.digits.size()) + number.exponent;
  if (number.digits.empty() || size <= 0) {
    return 0;
  }
  if (size > longest) {
    return std::nullopt;
  }
  std::string digits = number.digits.substr(0, static_cast<std::size_t>(size));
  digits.append(static_cast<std::size_t>(size) - digits.size(), '0');
  std::uint64_t value = 0;
  for (const char digit : digits) {
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  const std::uint64_t limit =
      std::uint64_t{std::numeric_limits<std::int64_t>::max()} + (number.negative ? 1 : 0);
  if (value > limit) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(number.negative ? 0 - value : value);
}

std::optional<bool> same_value(const Json& a, const Json& b) {
  if (a.kind != b.kind || a.items.size() != b.items.size() || a.text != b.text) {
    return false;
  }
  if (a.is(Json::Kind::number)) {
    const auto first = decimal_of(a.written), second = decimal_of(b.written);
    if (!first || !second) {
      return std::nullopt;
    }
    return *first == *second;
  }
  const bool is_object = a.is(Json::Kind::object);
  const auto order_a = by_name(a.is(Json::Kind::object) ? a : Json{}),
             order_b = by_name(is_object ? b : Json{});
  bool all_told = true;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    const std::size_t at_a = is_object ? order_a[i] : i, at_b = is_object ? order_b[i] : i;
    if (is_object && a.names[at_a].text != b.names[at_b].text) {
      return false;
    }
    const auto same = same_value(a.items[at_a], b.items[at_b]);
    if (same == false) {
      return false;
    }
    all_told = all_told && same;
  }
  return all_told ? std::optional(true) : std::nullopt;
}

}  // namespace penstock::fuzz
