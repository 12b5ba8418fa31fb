// Gaps as a table of 80 columns.
#pragma once

#include <span>
#include <string>

#include "penstock/app/commands/gaps.hpp"

namespace penstock::cli {

// A line of figures for each gap, and below it its key and its note, wrapped. Open gaps last until
// `now`.
std::string gap_table(std::span<const app::GapRecord> gaps, WallTime now);

}  // namespace penstock::cli
