#include "app/top/line.hpp"

#include <algorithm>

namespace penstock::app::top {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::string_view first_columns(std::string_view text, std::size_t columns) {
  std::size_t seen = 0;
  std::size_t end = 0;
  while (end < text.size() && (!begins_character(text[end]) || ++seen <= columns)) {
    ++end;
  }
  return text.substr(0, end);
}

}  // namespace

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::size_t width(const Line& line) {
  std::size_t sum = 0;
  for (const Span& span : line) {
    sum += width(span.text);
  }
  return sum;
}

std::string text_of(const Line& line) {
  std::string text;
  for (const Span& span : line) {
    text += span.text;
  }
  return text;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (width(text) <= columns) {
    return std::string(text);
  }
  return columns == 0 ? "" : std::string(first_columns(text, columns - 1)) + "~";
}

Line cut(Line line, std::size_t columns) {
  if (width(line) <= columns) {
    return line;
  }
  Line shorter;
  std::size_t room = columns;
  for (Span& span : line) {
    const std::size_t wide = width(span.text);
    // What doesn't fit is cut here, and so is what fits to the last column, as more follows.
    if (wide >= room) {
      const bool ends_here = wide == room;
      shorter.push_back({cut(ends_here ? span.text + " " : span.text, room), span.style});
      break;
    }
    room -= wide;
    shorter.push_back(std::move(span));
  }
  return shorter;
}

std::string left(std::string_view text, std::size_t columns) {
  std::string shown = cut(text, columns);
  return shown.append(columns - width(shown), ' ');
}

std::string right(std::string_view text, std::size_t columns) {
  const std::string shown = cut(text, columns);
  return std::string(columns - width(shown), ' ') + shown;
}

Line in_style(Line line, Style style) {
  for (Span& span : line) {
    span.style = style;
  }
  return line;
}

Lines flowed(std::string_view label, const std::vector<Span>& terms, std::size_t columns) {
  Lines lines{{{std::string(label), Style::dim}}};
  std::size_t used = width(label);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool is_last = i + 1 == terms.size();
    const std::size_t wide = width(terms[i].text) + (is_last ? 0 : 1);
    const bool is_first = lines.back().size() == 1;
    if (!is_first && used + 1 + wide > columns) {
      lines.push_back({{std::string(width(label), ' ')}});
      used = width(label);
    } else if (!is_first) {
      lines.back().push_back({" "});
      ++used;
    }
    lines.back().push_back(terms[i]);
    if (!is_last) {
      lines.back().push_back({","});
    }
    used += wide;
  }
  return lines;
}

}  // namespace penstock::app::top
