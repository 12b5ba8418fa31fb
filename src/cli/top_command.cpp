#include "cli/top_command.hpp"

#include <iostream>

#include "cli/colours.hpp"
#include "penstock/core/text.hpp"

namespace penstock::cli {
namespace {

constexpr Duration shortest{100};
constexpr Duration longest{3'600'000};

Result<Duration> parse_interval(const std::string& text) {
  const auto interval = parse_duration(text);
  if (interval && (*interval < shortest || *interval > longest)) {
    return make_error(Errc::invalid_argument,
                      "must be from " + to_string(shortest) + " to " + to_string(longest));
  }
  return interval;
}

int run_top(const TopOptions& options) {
  using Show = app::TopWanted::Show;
  app::TopWanted wanted = options.wanted;
  wanted.interval = *parse_interval(options.interval);
  wanted.show = options.output == Output::json || (options.output == Output::ndjson && options.once)
                    ? Show::json
                : options.output == Output::ndjson ? Show::every_json
                : options.once                     ? Show::once
                                                   : Show::terminal;
  settings::Inputs inputs = local_inputs_of(options.configuration);
  wanted.colours = colours_allowed(inputs.environment);
  if (!wanted.url.empty()) {
    return app::run_top(wanted, {});
  }
  // Anybody may look at the daemon of a machine, whose configuration isn't for everybody.
  inputs.passes_unreadable = true;
  return with_settings(inputs, [&](const settings::Loaded& loaded, const settings::Inputs&) {
    if (!loaded.passed.empty()) {
      std::cerr << "penstock: " << printable(loaded.passed.string())
                << " can't be read, this goes on without it\n";
    }
    return app::run_top(wanted, loaded.settings.admin);
  });
}

}  // namespace

std::vector<Command> add_top(CLI::App& parser, TopOptions& options) {
  CLI::App* const command = parser.add_subcommand("top", "Show a running daemon, live");
  command->footer(
      "It asks the daemon of this machine, over admin.socket where this user may, else over\n"
      "admin.listen; by their defaults where this user may not read the configuration. On the\n"
      "terminal `h` tells the keys. With --once and -o json the exit status is 0 where the daemon\n"
      "is ready. Colours are left out where NO_COLOR is set.\n"
      "Example: penstock top --url http://penstock.example:9469 --sort rate");
  command->add_option("--url", options.wanted.url, "Another daemon's admin.listen, http or https")
      ->type_name("URL");
  command
      ->add_option("--user-file", options.wanted.user_file,
                   "Holds user:password, where the daemon asks for them")
      ->type_name("FILE");
  command
      ->add_option("--ca-file", options.wanted.ca_file,
                   "Who is trusted at an https URL; by default whom the system trusts")
      ->type_name("FILE");
  command->add_option("--interval", options.interval, "Time between two looks; by default 1s")
      ->type_name("DURATION")
      ->check(
          [](const std::string& text) {
            const auto interval = parse_interval(text);
            return interval ? std::string() : interval.error().what;
          },
          "");
  command
      ->add_option("--sort", options.wanted.sort,
                   "The order of the sources: as configured, by name, or those with the most first")
      ->check(
          CLI::IsMember({"configured", "name", "rate", "delay", "journal", "gaps"}).description(""))
      ->type_name("configured|name|rate|delay|journal|gaps");
  command->add_flag("--once", options.once, "Print one frame, and end");
  add_output(*command, options.output);
  add_configuration(*command, options.configuration);
  return {{command, [&options] { return run_top(options); }}};
}

}  // namespace penstock::cli
