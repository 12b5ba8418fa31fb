// A terminal's lines as values: pieces of text, each with what it means. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::app::top {

enum class Style : std::uint8_t {
  plain,
  strong,
  dim,
  good,
  warning,
  bad,
  selected,
};

struct Span {
  std::string text;  // of printable ASCII and of characters that are one column wide
  Style style = Style::plain;
  bool operator==(const Span&) const = default;
};
using Line = std::vector<Span>;
using Lines = std::vector<Line>;

std::size_t width(std::string_view text);  // in columns
std::size_t width(const Line& line);
std::string text_of(const Line& line);

// At most that wide; `~` at its end says that something is missing.
std::string cut(std::string_view text, std::size_t columns);
Line cut(Line line, std::size_t columns);

// Exactly that wide.
std::string left(std::string_view text, std::size_t columns);
std::string right(std::string_view text, std::size_t columns);

// The same line in one style.
Line in_style(Line line, Style style);

// A label, then terms with commas between them, as many a line as fit; further lines are indented
// to where the first term stands.
Lines flowed(std::string_view label, const std::vector<Span>& terms, std::size_t columns);

}  // namespace penstock::app::top
