// A port as digits. Boost.URL 1.81 reads some that are too large as others: 80800 as 15264.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace penstock::remote {

// 1 to 65535, else none.
inline std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  return whole && port != 0 ? std::optional(port) : std::nullopt;
}

}  // namespace penstock::remote
