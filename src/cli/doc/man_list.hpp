// What a command takes, as lists in mdoc(7). Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/doc/command_tree.hpp"

namespace penstock::cli::doc {

// An argument as it is called, as macros.
std::string argument_macros(const Parameter& argument);

// Each with its help. Nothing of nothing.
std::string man_list(const std::vector<Parameter>& arguments,
                     const std::vector<Parameter>& options);

}  // namespace penstock::cli::doc
