// What is said of a command line that can't be used.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <string>

namespace penstock::cli {

// In place of what CLI11 says where a command's name is wrong; empty: that isn't it. After a parse
// that failed.
std::string wrong_command(const CLI::App& parser);

// Makes an option take a whole number; for CLI::Option::transform().
CLI::Validator whole_from(std::uint64_t least,
                          std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

}  // namespace penstock::cli
