#include "cli/rows.hpp"

#include <algorithm>
#include <cctype>

#include "cli/json_values.hpp"
#include "penstock/core/json_writer.hpp"
#include "penstock/core/text.hpp"

namespace penstock::cli {
namespace {

constexpr std::size_t widest_cell = 1000;  // no value that is read on a terminal is longer

std::string table_text(const Cell& cell) {
  if (const auto* number = std::get_if<std::uint64_t>(&cell)) {
    return std::to_string(*number);
  }
  if (const auto* time = std::get_if<WallTime>(&cell)) {
    return to_rfc3339(*time).substr(0, 19) + "Z";
  }
  const auto* text = std::get_if<std::string>(&cell);
  return text == nullptr || text->empty() ? "-" : printable(*text, widest_cell);
}

void print_table(std::ostream& out, const Rows& rows) {
  std::vector<std::vector<std::string>> lines(1);
  for (const std::string_view column : rows.columns) {
    std::string title(column);
    std::transform(title.begin(), title.end(), title.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    lines.front().push_back(std::move(title));
  }
  for (const auto& row : rows.cells) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const Cell& cell : row) {
      line.push_back(table_text(cell));
    }
  }
  std::vector<std::size_t> widths(rows.columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], line[i].size());
    }
  }
  for (const auto& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      out << line[i] << std::string(widths[i] + 2 - line[i].size(), ' ');
    }
    out << line.back() << '\n';
  }
}

void write_object(JsonWriter& json, const Rows& rows, const std::vector<Cell>& row) {
  json.begin_object();
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    json.key(rows.columns[i]);
    if (const auto* text = std::get_if<std::string>(&row[i])) {
      json.string(*text);
    } else if (const auto* number = std::get_if<std::uint64_t>(&row[i])) {
      json.number(*number);
    } else if (const auto* time = std::get_if<WallTime>(&row[i])) {
      json.string(to_rfc3339(*time));
    } else {
      json.null();
    }
  }
  json.end_object();
}

}  // namespace

void print(std::ostream& out, const Rows& rows, Output output) {
  if (output == Output::table) {
    print_table(out, rows);
    return;
  }
  JsonValues values(out, output);
  for (const auto& row : rows.cells) {
    JsonWriter json;
    write_object(json, rows, row);
    values.add(json.str());
  }
  values.end();
}

}  // namespace penstock::cli
