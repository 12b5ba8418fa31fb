#include "cli/rows.hpp"

#include <algorithm>
#include <cctype>

#include "cli/json_values.hpp"
#include "penstock/core/json_writer.hpp"
#include "penstock/core/text.hpp"

namespace penstock::cli {
namespace {

constexpr std::size_t widest_cell = 1000;  // no value that is read on a terminal is longer

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
    for (const std::string& cell : row) {
      line.push_back(cell.empty() ? "-" : printable(cell, widest_cell));
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

void write_object(JsonWriter& json, const Rows& rows, const std::vector<std::string>& row) {
  json.begin_object();
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    json.field(rows.columns[i], row[i]);
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
