// `penstock tail`: what its arguments are.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/command.hpp"
#include "cli/settings_of.hpp"
#include "penstock/app/commands/tail.hpp"

namespace penstock::cli {

struct TailOptions {
  ConfigurationOptions& configuration;
  app::TailWanted wanted{};
};

std::vector<Command> add_tail(CLI::App& parser, TailOptions& options);

}  // namespace penstock::cli
