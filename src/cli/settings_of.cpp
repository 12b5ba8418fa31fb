#include "cli/settings_of.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace penstock::cli {
namespace {

settings::Environment read_environment() {
  settings::Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const std::size_t equals = text.find('='); equals != std::string_view::npos) {
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return environment;
}

}  // namespace

void name_configuration(ConfigurationOptions& options, const std::string& file) {
  if (!options.file.empty()) {
    throw CLI::ValidationError("--config", "one file was named before");
  }
  options.file = file;
}

void add_configuration_file(CLI::App& command, ConfigurationOptions& options) {
  command
      .add_option_function<std::string>(
          "-c,--config", [&options](const std::string& file) { name_configuration(options, file); },
          "The configuration file")
      ->type_name("FILE");
}

void add_configuration(CLI::App& command, ConfigurationOptions& options) {
  add_configuration_file(command, options);
  add_overrides(command, options);
}

void add_overrides(CLI::App& command, ConfigurationOptions& options) {
  command
      .add_option("--set", options.overrides,
                  "Set a key of the configuration, over file and environment; may be repeated. Not "
                  "for secrets: arguments are visible to everyone")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->check(
          [](const std::string& text) {
            return text.find('=') == std::string::npos ? "must be KEY=VALUE" : std::string{};
          },
          "");
}

void add_output(CLI::App& command, Output& output) {
  command
      .add_option_function<std::string>(
          "-o,--output",
          [&output](const std::string& word) {
            output = word == "json"     ? Output::json
                     : word == "ndjson" ? Output::ndjson
                                        : Output::table;
          },
          "How data is printed")
      ->check(CLI::IsMember({"table", "json", "ndjson"}).description(""))
      ->type_name("table|json|ndjson");
}

void refuse_output(CLI::App& command) {
  command
      .add_option_function<std::string>(
          "-o,--output",
          [&command](const std::string&) {
            throw CLI::ValidationError(
                "-o", "`" + command.get_name() + "` prints in one way only: leave it out");
          })
      ->group("");  // hidden
}

settings::Inputs inputs_of(const ConfigurationOptions& options) {
  settings::Inputs inputs{.config_file = {}, .environment = read_environment(), .overrides = {}};
  if (!options.file.empty()) {
    inputs.config_file = options.file;
  }
  for (const std::string& text : options.overrides) {
    const std::size_t equals = text.find('=');
    inputs.overrides[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return inputs;
}

settings::Inputs api_inputs_of(const ConfigurationOptions& options) {
  settings::Inputs inputs = inputs_of(options);
  inputs.not_needed = {"sources", "kafka.brokers"};
  return inputs;
}

settings::Inputs local_inputs_of(const ConfigurationOptions& options) {
  settings::Inputs inputs = api_inputs_of(options);
  inputs.not_needed.insert({"api.url", "api.stream_url"});
  return inputs;
}

namespace {

int go_on(const settings::LoadResult& loaded, const settings::Inputs& inputs,
          const WithSettings& command, bool warns = true) {
  if (!loaded) {
    for (const settings::Finding& finding : loaded.error()) {
      std::cerr << to_string(finding) << '\n';
    }
    return exit_configuration;
  }
  for (const std::string& name : loaded->unknown_variables) {
    if (warns) {
      std::cerr << "warning: " << name << ": unknown variable, left out\n";
    }
  }
  return command(*loaded, inputs);
}

}  // namespace

int with_settings(const settings::Inputs& inputs, const WithSettings& command, bool warns) {
  return go_on(settings::load(inputs), inputs, command, warns);
}

int with_source(const ConfigurationOptions& options, const std::string& source,
                const std::function<std::string(const settings::Settings&)>& chosen,
                const std::function<int(const settings::Loaded&, const settings::Inputs&,
                                        const std::string& source)>& command) {
  settings::Inputs inputs = api_inputs_of(options);
  settings::LoadResult loaded = settings::load(inputs);
  std::string name = source;
  if (loaded) {
    const auto& sources = loaded->settings.sources;
    if (name.empty()) {
      name = chosen(loaded->settings);
    }
    if (std::ranges::none_of(sources, [&](const auto& each) { return each.name.str() == name; })) {
      inputs.overrides["sources"] = name;
      loaded = settings::load(inputs);  // its variables are known now
    }
  }
  return go_on(loaded, inputs, [&](const settings::Loaded& with_it, const settings::Inputs& its) {
    return command(with_it, its, name);
  });
}

int fail(const Error& error) {
  std::cerr << "penstock: " << error.what << '\n';
  return exit_failed;
}

}  // namespace penstock::cli
