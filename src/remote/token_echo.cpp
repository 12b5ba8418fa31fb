#include "remote/token_echo.hpp"

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>

namespace penstock::remote {
namespace {

// A character of ASCII: no token has others.
std::optional<char> read_hex(std::string_view digits) {
  unsigned code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  return whole && code < 0x80 ? std::optional(static_cast<char>(code)) : std::nullopt;
}

// What introduces an escape, and how many digits of a character's code follow.
struct Escapes {
  std::string_view mark;
  std::size_t digits;
};
constexpr Escapes in_json{"\\u", 4}, in_url{"%", 2};

std::string without_escapes(std::string_view text, const Escapes& escapes) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    if (text.starts_with(escapes.mark)) {
      const std::string_view digits = text.substr(escapes.mark.size(), escapes.digits);
      if (const auto read = digits.size() == escapes.digits ? read_hex(digits) : std::nullopt) {
        plain += *read;
        text.remove_prefix(escapes.mark.size() + escapes.digits);
        continue;
      }
    }
    // Of JSON's other escapes only those of a character by itself matter: \/ \" \\.
    if (escapes.mark == in_json.mark && text.size() > 1 && text.front() == '\\') {
      text.remove_prefix(1);
    }
    plain += text.front();
    text.remove_prefix(1);
  }
  return plain;
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

bool quotes(std::string_view text, std::string_view token) {
  return !token.empty() && (holds(text, token) || holds(without_escapes(text, in_json), token) ||
                            holds(without_escapes(text, in_url), token));
}

}  // namespace penstock::remote
