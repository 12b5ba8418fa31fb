// Gaps as a table of 80 columns, or as their records.
#pragma once

#include <ostream>
#include <span>
#include <string>

#include "cli/rows.hpp"
#include "penstock/app/commands/gaps.hpp"

namespace penstock::cli {

// A line of figures for each gap, and below it its key and its note, wrapped. Open gaps last until
// `now`.
std::string gap_table(std::span<const app::GapRecord> gaps, WallTime now);

// Where there are none, `out` gets no table; standard error says so.
void print_gaps(std::ostream& out, std::span<const app::GapRecord> gaps, Output output,
                WallTime now);

}  // namespace penstock::cli
