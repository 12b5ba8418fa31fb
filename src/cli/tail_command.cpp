#include "cli/tail_command.hpp"

#include "cli/usage_error.hpp"
#include "penstock/core/network_set.hpp"
#include "penstock/core/text.hpp"

namespace penstock::cli {
namespace {

int run_tail(const TailOptions& options) {
  return with_source(options.configuration, options.wanted.source, {},
                     [&](const auto& loaded, const auto& inputs, const std::string&) {
                       return app::tail(loaded, inputs, options.wanted);
                     });
}

std::string check_network(const std::string& text) {
  return NetworkSet().add(text)
             ? ""
             : "`" + printable(text) + "` is no network; it must look like 192.0.2.0/24";
}

}  // namespace

std::vector<Command> add_tail(CLI::App& parser, TailOptions& options) {
  app::TailWanted& wanted = options.wanted;
  CLI::App* const command =
      parser.add_subcommand("tail", "Print a source's events, one a line, through disconnects");
  command->footer(
      "What was missed between two connections is told on standard error. A job's status messages\n"
      "pass every filter but --job.\n"
      "Example: penstock tail firehose --type ssh --network 192.0.2.0/24 -n 10");
  command
      ->add_option("source", wanted.source,
                   "firehose, stream, torrent, sinkhole, or a name of "
                   "the configuration")
      ->type_name("SOURCE")
      ->required();
  const auto option = [&](const char* name, auto& value, const char* type, const char* help) {
    return command->add_option(name, value, help)->type_name(type);
  };
  option("--job", wanted.job, "ID", "Only events of this job, with or without `client-`");
  option("--type", wanted.filter.types, "TYPE", "Only of this origin.type; may be repeated")
      ->allow_extra_args(false);
  option("--network", wanted.filter.networks, "CIDR",
         "Only about addresses in it, IPv6 too; may be repeated")
      ->allow_extra_args(false)
      ->check(check_network, "");
  option("--networks-file", wanted.filter.networks_file, "FILE",
         "Of networks, one a line, any number of them; together with --network");
  option("--country", wanted.filter.countries, "COUNTRY",
         "Only of scanners there (origin.country); may be repeated")
      ->allow_extra_args(false);
  option("-n,--count", wanted.count, "COUNT", "End after so many lines")->transform(whole_from(1));
  add_configuration(*command, options.configuration);
  return {{command, [&options] { return run_tail(options); }}};
}

}  // namespace penstock::cli
