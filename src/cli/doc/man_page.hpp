// penstock(1), in mdoc(7). Pure.
#pragma once

#include <string>
#include <string_view>

#include "cli/doc/command_tree.hpp"

namespace penstock::cli::doc {

// The sections about commands and options are made of `program`; the others are man_sections.hpp's.
std::string man_page(const Command& program, std::string_view version);

}  // namespace penstock::cli::doc
