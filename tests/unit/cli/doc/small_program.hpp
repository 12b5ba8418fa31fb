// A command line with one of everything that man page and completions have to do with.
#pragma once

#include "cli/doc/command_tree.hpp"

namespace penstock::cli::doc {

inline Parameter flag(const char* name, const char* help) {
  return {.names = {name}, .help = help, .value = {}, .words = {}};
}

inline Command small_program() {
  const Parameter config{.names = {"-c", "--config"},
                         .help = "The file: [its] name",
                         .kind = ValueKind::file,
                         .value = "FILE",
                         .words = {}};
  const Parameter output{.names = {"-o", "--output"},
                         .help = "How it's printed",
                         .kind = ValueKind::words,
                         .value = "table|json",
                         .words = {"table", "json"}};
  const Parameter set{.names = {"--set"},
                      .help = "A key",
                      .kind = ValueKind::text,
                      .value = "KEY[:WHAT]",
                      .words = {},
                      .repeated = true};
  const Parameter directory{.names = {},
                            .help = "Where it is",
                            .kind = ValueKind::directory,
                            .value = "DIR",
                            .words = {},
                            .required = true};
  const Parameter places{.names = {},
                         .help = "Places",
                         .kind = ValueKind::text,
                         .value = "WHERE",
                         .words = {},
                         .repeated = true};
  const auto leaf = [](const char* path, const char* help, std::vector<Parameter> options,
                       std::vector<Parameter> arguments) {
    return Command{.path = path,
                   .help = help,
                   .options = std::move(options),
                   .arguments = std::move(arguments),
                   .notes = {},
                   .examples = {std::string("penstock ") + path},
                   .commands = {}};
  };
  Command run = leaf("run", "Run the daemon", {config, set}, {});
  Command ls = leaf("left-over ls", "List them", {config, output}, {directory});
  Command retry =
      leaf("left-over retry", "Again", {config, flag("--all", "All `of` them")}, {places});
  retry.notes = "A first sentence.\nAnd a second. 1.5 is none.\n";
  Command parent = leaf("left-over", "What is left", {}, {});
  parent.commands = {std::move(ls), std::move(retry)};
  Command program = leaf("", "Does it", {flag("--version", "Print the version")}, {});
  program.commands = {std::move(run), std::move(parent), leaf("check", "Check it", {config}, {})};
  return program;
}

}  // namespace penstock::cli::doc
