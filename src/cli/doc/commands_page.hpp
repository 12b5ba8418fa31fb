// docs/commands.md. Pure.
#pragma once

#include <string>

#include "cli/doc/command_tree.hpp"

namespace penstock::cli::doc {

// The commands that can be run, each with what it takes and examples.
std::string commands_page(const Command& program);

}  // namespace penstock::cli::doc
