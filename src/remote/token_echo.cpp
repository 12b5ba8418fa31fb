#include "remote/token_echo.hpp"

#include <cstddef>
#include <optional>
#include <string>

#include "remote/number.hpp"

namespace penstock::remote {
namespace {

// The character that `text` begins with as an escape: a mark, and the digits of its code. None: it
// doesn't; or the character isn't ASCII, and so in no token.
std::optional<char> escaped(std::string_view text, std::string_view mark, std::size_t digits) {
  const auto code = text.starts_with(mark) && text.size() >= mark.size() + digits
                        ? parse_number<unsigned>(text.substr(mark.size(), digits), 16)
                        : std::nullopt;
  return code && *code < 0x80 ? std::optional(static_cast<char>(*code)) : std::nullopt;
}

std::string without_json_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size();) {
    if (const auto character = escaped(text.substr(i), "\\u", 4)) {
      plain += *character;
      i += 6;
    } else {
      i += text[i] == '\\' && i + 1 < text.size() ? 1U : 0U;  // a character by itself: \/ \" \\.
      plain += text[i++];
    }
  }
  return plain;
}

std::string without_url_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size();) {
    const auto character = escaped(text.substr(i), "%", 2);
    plain += character.value_or(text[i]);
    i += character ? 3U : 1U;
  }
  return plain;
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

bool quotes(std::string_view text, std::string_view token) {
  return !token.empty() && (holds(text, token) || holds(without_json_escapes(text), token) ||
                            holds(without_url_escapes(text), token));
}

}  // namespace penstock::remote
