// What JSON values mean: which are the same, however they are written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz/reference/strict_json.hpp"

namespace penstock::fuzz {

// A number's value, exactly: sign, digits without zeros at their ends (none: 0), and the exponent
// of the last of them. None: its exponent has more digits than anyone needs.
struct Decimal {
  bool negative = false;
  std::string digits{};
  std::int64_t exponent = 0;
  bool operator==(const Decimal&) const = default;
};
std::optional<Decimal> decimal_of(std::string_view number);
// Without its fraction; none: int64 can't hold it.
std::optional<std::int64_t> whole_part(const Decimal& number);

// The same values, whatever the order of members of different names. None: it can't be told, as a
// number is beyond decimal_of().
std::optional<bool> same_value(const Json& a, const Json& b);

}  // namespace penstock::fuzz
