// What is said of a command line that can't be used.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock::cli {

// In place of what CLI11 says where a command's name is wrong; empty: that isn't it. After a parse
// that failed.
std::string wrong_command(const CLI::App& parser);

// In decimal digits, and nothing else: CLI11 takes a number that is too large for the largest.
std::optional<std::uint64_t> parse_whole(std::string_view text);

// For options that take a number of things, and for those that take any whole number. Empty: it is
// one.
std::string check_count(const std::string& text);
std::string check_whole(const std::string& text);

}  // namespace penstock::cli
