// Completion of penstock's command line, as scripts for shells. Pure.
//
// Commands, options, words that a value is one of, files and directories are completed; nothing
// runs penstock or asks a daemon.
#pragma once

#include <string>

#include "cli/doc/command_tree.hpp"

namespace penstock::cli::doc {

// For bash 4.0 or later; needs no other package.
std::string bash_completion(const Command& program);

// For the function path: a file named _penstock.
std::string zsh_completion(const Command& program);

std::string fish_completion(const Command& program);

}  // namespace penstock::cli::doc
