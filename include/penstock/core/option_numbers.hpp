// Numbers as the options of penstock and penstock-sim take them. CLI11 reads 010 as eight, a number
// that is too large as the largest, and finds nan in every range.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

// In decimal digits, and nothing else.
std::optional<std::uint64_t> parse_whole(std::string_view text);

// Both say what is wrong with an option's text; empty: nothing.

// `text` is then the number's shortest, which others read as the same number.
std::string settle_whole(std::string& text, std::uint64_t least,
                         std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
std::string check_number(const std::string& text, double low, double high);

}  // namespace penstock
