// One command of the command line, and what runs once it was given.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace penstock::cli {

struct Command {
  CLI::App* parser;
  std::function<int()> run;  // returns the exit status
};

}  // namespace penstock::cli
