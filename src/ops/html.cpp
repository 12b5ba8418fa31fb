#include "ops/html.hpp"

#include <algorithm>

#include "penstock/core/humane.hpp"
#include "penstock/core/utf8.hpp"

namespace penstock::ops {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

std::string_view escaped(std::string_view character) {
  switch (character.front()) {
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
  return is_control(code_point(character)) ? replacement : character;
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
