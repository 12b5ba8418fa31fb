#include "cli/text_table.hpp"

#include <algorithm>

namespace penstock::cli {

std::vector<std::string> aligned(std::span<const TextRow> rows, std::size_t first_number) {
  std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size());
  for (const TextRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::vector<std::string> lines;
  for (const TextRow& row : rows) {
    std::string& line = lines.emplace_back();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      line += i < first_number ? row[i] + padding : padding + row[i];
      line += i + 1 < widths.size() ? table_gap : "\n";
    }
  }
  return lines;
}

void append_wrapped(std::string& out, std::string_view text) {
  constexpr std::size_t width = table_columns - table_gap.size();
  while (!text.empty()) {
    std::size_t length = std::min(width, text.size());
    std::size_t next = length;
    if (length < text.size()) {
      if (const auto space = text.rfind(' ', length);
          space != std::string_view::npos && space > 0) {
        length = space;
        next = space + 1;
      }
    }
    out.append(table_gap).append(text.substr(0, length)) += '\n';
    text.remove_prefix(next);
  }
}

std::string minute_text(WallTime time) {
  std::string text = to_rfc3339(time).substr(0, 16);  // 2026-11-23T20:15
  text[10] = ' ';
  return text;
}

}  // namespace penstock::cli
