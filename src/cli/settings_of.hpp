// From a command's arguments to the settings.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cli/exit_status.hpp"
#include "cli/rows.hpp"
#include "penstock/settings/load.hpp"

namespace penstock::cli {

// What `-c` and `--set` give.
struct ConfigurationOptions {
  std::string file;
  std::vector<std::string> overrides;  // key=value
};

// Wrong usage where one is named already.
void name_configuration(ConfigurationOptions& options, const std::string& file);
void add_configuration_file(CLI::App& command, ConfigurationOptions& options);  // `-c` alone
void add_configuration(CLI::App& command, ConfigurationOptions& options);
void add_overrides(CLI::App& command, ConfigurationOptions& options);  // `--set` alone
void add_output(CLI::App& command, Output& output);
// Of a command that prints in one way: `-o` is told to be none of its options, its word isn't taken
// for an argument.
void refuse_output(CLI::App& command);

settings::Inputs inputs_of(const ConfigurationOptions& options);
// Of a command that asks the API, and needs neither sources nor Kafka.
settings::Inputs api_inputs_of(const ConfigurationOptions& options);
// Of a command that needs nothing of a configuration.
settings::Inputs local_inputs_of(const ConfigurationOptions& options);

using WithSettings = std::function<int(const settings::Loaded&, const settings::Inputs&)>;
// Loads and goes on with `command`, or lists all that is wrong. Warns of variables that aren't
// known, unless the command does so itself.
int with_settings(const settings::Inputs& inputs, const WithSettings& command, bool warns = true);

// The same of a command about one source, which the configuration needn't list: its defaults serve
// then. Where `source` is empty it is what `chosen` says.
int with_source(const ConfigurationOptions& options, const std::string& source,
                const std::function<std::string(const settings::Settings&)>& chosen,
                const std::function<int(const settings::Loaded&, const settings::Inputs&,
                                        const std::string& source)>& command);

// Says what failed.
int fail(const Error& error);

}  // namespace penstock::cli
