// What is said of a command line that can't be used.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace penstock::cli {

// In place of what CLI11 says where a command's name is wrong; empty: that isn't it. After a parse
// that failed.
std::string wrong_command(const CLI::App& parser);

// For options that take a number of things. Empty: it is one.
std::string check_count(const std::string& text);

}  // namespace penstock::cli
