// What tables of 80 columns have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/time.hpp"

namespace penstock::cli {

inline constexpr std::size_t table_columns = 80;
inline constexpr std::string_view table_gap = "  ";  // between columns, and before notes

using TextRow =
    std::vector<std::string>;  // of printable ASCII; all rows of a table have one length

// Each row as a line with its line end, columns as wide as their longest cell. Those from
// `first_number` on are aligned right.
std::vector<std::string> aligned(std::span<const TextRow> rows, std::size_t first_number);

// Cuts the cells of one column so that the table has 80 columns, but not below `least`.
void shorten(std::span<TextRow> rows, std::size_t column, std::size_t least);

// A note below a row: indented, wrapped between words at 80 columns.
void append_wrapped(std::string& out, std::string_view text);

std::string minute_text(WallTime time);  // 2026-11-23 20:15, UTC

std::string counted(std::uint64_t count, std::string_view what);  // 1 event, 2 events

}  // namespace penstock::cli
