// `penstock journal`: journals as they stand, a daemon running on them or not; and their
// publishing.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/rows.hpp"
#include "cli/settings_of.hpp"

namespace penstock::cli {

struct JournalOptions {
  ConfigurationOptions& configuration;
  Output output = Output::table;
  std::string directory{};  // journal.directory, or that of one source
};

std::vector<Command> add_journal(CLI::App& parser, JournalOptions& options);

}  // namespace penstock::cli
