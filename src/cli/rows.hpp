// Data as a table for people, or as JSON for programs.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "penstock/core/time.hpp"

namespace penstock::cli {

enum class Output { table, json, ndjson };

// The first is a value that isn't known.
using Cell = std::variant<std::monostate, std::string, std::uint64_t, WallTime>;

struct Rows {
  std::vector<std::string_view> columns;  // also the names of the JSON members
  std::vector<std::vector<Cell>> cells;   // each row as long as `columns`
};

// A table has a header and columns as wide as their longest cell, and shows text as printable
// ASCII, and times to the second; JSON has the text as it is, numbers as such, times to the
// millisecond, and null.
void print(std::ostream& out, const Rows& rows, Output output);

}  // namespace penstock::cli
