// penstock-sim(1), in mdoc(7). Pure.
#pragma once

#include <string>
#include <string_view>

#include "cli/doc/command_tree.hpp"

namespace penstock::cli::doc {

// The options are those of `program`, the faults those that the simulator knows; the other sections
// are simulator_sections.hpp's.
std::string simulator_page(const Command& program, std::string_view version);

}  // namespace penstock::cli::doc
