// Data as a table for people, or as JSON for programs.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::cli {

enum class Output { table, json, ndjson };

struct Rows {
  std::vector<std::string_view> columns;        // also the names of the JSON members
  std::vector<std::vector<std::string>> cells;  // each row as long as `columns`
};

// A table has a header and columns as wide as their longest cell, and shows text as printable
// ASCII; JSON has the text as it is.
void print(std::ostream& out, const Rows& rows, Output output);

}  // namespace penstock::cli
