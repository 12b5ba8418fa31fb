// `penstock dead-letters ls|cat|retry`: what its arguments are, and how its answers are shown.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "cli/rows.hpp"
#include "penstock/app/commands/dead_letters.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::cli {

// What the arguments fill.
struct DeadLettersOptions {
  app::LettersWanted wanted;
  std::vector<std::string> places;  // each is one: `0/17`
  bool all = false;
  bool force = false;
};

struct DeadLettersParsers {
  CLI::App* parent;
  CLI::App* ls;
  CLI::App* cat;
  CLI::App* retry;
};

DeadLettersParsers add_dead_letters(CLI::App& parser, DeadLettersOptions& options);

// The one that was given. Returns the exit status.
int run_dead_letters(const DeadLettersParsers& parsers, const settings::Settings& settings,
                     const DeadLettersOptions& options, Output output);

}  // namespace penstock::cli
