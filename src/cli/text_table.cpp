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
      line += i + 1 < widths.size() ? table_gap : "";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    line += '\n';
  }
  return lines;
}

void shorten(std::span<TextRow> rows, std::size_t column, std::size_t least) {
  constexpr std::string_view cut = "...";  // printable() ends so
  std::size_t others = rows.empty() ? 0 : (rows.front().size() - 1) * table_gap.size();
  for (std::size_t i = 0; !rows.empty() && i < rows.front().size(); ++i) {
    std::size_t width = 0;
    for (const TextRow& row : rows) {
      width = std::max(width, row[i].size());
    }
    others += i == column ? 0 : width;
  }
  const std::size_t room = std::max(least, table_columns - std::min(table_columns, others));
  for (TextRow& row : rows) {
    if (row[column].size() > room) {
      row[column] = row[column].substr(0, room - cut.size()).append(cut);
    }
  }
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

std::string counted(std::uint64_t count, std::string_view what) {
  return std::to_string(count).append(" ").append(what).append(count == 1 ? "" : "s");
}

std::string minute_text(WallTime time) {
  std::string text = to_rfc3339(time).substr(0, 16);  // 2026-11-23T20:15
  text[10] = ' ';
  return text;
}

}  // namespace penstock::cli
