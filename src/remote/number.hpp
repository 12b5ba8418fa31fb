// Whole numbers in texts of others: nothing else may stand there.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace penstock::remote {

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

// 1 to 65535, else none. Boost.URL 1.81 reads some that are too large as others: 80800 as 15264.
inline std::optional<std::uint16_t> parse_port(std::string_view digits) {
  const auto port = parse_number<std::uint16_t>(digits);
  return port == 0 ? std::nullopt : port;
}

}  // namespace penstock::remote
