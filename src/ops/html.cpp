#include "ops/html.hpp"

#include <algorithm>

#include "penstock/core/humane.hpp"
#include "penstock/core/utf8.hpp"

namespace penstock::ops {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// U+0080 to U+009F.
bool is_c1_control(std::string_view character) {
  return character.size() == 2 && character[0] == '\xC2' &&
         static_cast<unsigned char>(character[1]) < 0xA0;
}

std::string_view escaped(std::string_view character) {
  const char c = character.front();
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F || is_c1_control(character) ? replacement : character;
}

}  // namespace

Html& Html::text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    out_ += length == 0 ? replacement : escaped(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return *this;
}

Html& Html::text(std::uint64_t number) { return markup(grouped(number)); }

}  // namespace penstock::ops
