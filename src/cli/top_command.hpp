// `penstock top`: what its arguments are.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/settings_of.hpp"
#include "penstock/app/commands/top.hpp"

namespace penstock::cli {

struct TopOptions {
  ConfigurationOptions& configuration;
  Output output = Output::table;
  app::TopWanted wanted{};
  std::string interval{"1s"};
  bool once = false;
};

std::vector<Command> add_top(CLI::App& parser, TopOptions& options);

}  // namespace penstock::cli
