// `penstock query`: what its arguments are, and how its answers are shown.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/command.hpp"
#include "cli/settings_of.hpp"
#include "penstock/app/commands/query.hpp"

namespace penstock::cli {

struct QueryOptions {
  ConfigurationOptions& configuration;
  app::QueryWanted wanted{};
  bool into_kafka = false;
};

std::vector<Command> add_query(CLI::App& parser, QueryOptions& options);

}  // namespace penstock::cli
