#include "cli/query_command.hpp"

#include <iostream>

#include "cli/exit_status.hpp"
#include "cli/text_table.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/target.hpp"

namespace penstock::cli {
namespace {

using remote::QueryKind;

int tell(const Result<app::QueryAnswer>& answer, bool published) {
  if (!answer) {
    return fail(answer.error());
  }
  if (answer->left_out > 0) {
    std::cerr << "warning: " << counted(answer->left_out, "value")
              << " of the answer left out, the first: " << answer->first_left_out << '\n';
  }
  std::cerr << counted(answer->events, "event") << (published ? " published" : "") << '\n';
  if (!answer->failure.empty()) {
    std::cerr << "penstock: " << answer->failure << '\n';
  }
  return answer->failure.empty() && answer->left_out == 0 ? exit_done : exit_failed;
}

int run_query(const QueryOptions& options) {
  settings::Inputs inputs = api_inputs_of(options.configuration);
  if (options.into_kafka) {
    inputs.not_needed = {"sources"};
  }
  return with_settings(inputs, [&](const auto& loaded, const auto& all) {
    return options.into_kafka ? tell(app::publish_query(loaded, all, options.wanted), true)
                              : tell(app::print_query(loaded, all, options.wanted), false);
  });
}

std::string check_target(const std::string& text) {
  const auto kind = remote::target_kind(text);
  return kind && *kind != remote::TargetKind::name
             ? ""
             : "`" + printable(text) +
                   "` is no address, network (192.0.2.0/24) or range (192.0.2.1-192.0.2.9)";
}

}  // namespace

std::vector<Command> add_query(CLI::App& parser, QueryOptions& options) {
  CLI::App* const parent =
      parser.add_subcommand("query", "Ask for events that were seen, and print them, one a line");
  parent->require_subcommand(1);
  parent->footer("Example: penstock query latest 192.0.2.0/24");
  std::vector<Command> commands;
  const auto add = [&](const char* name, QueryKind kind, const char* what, const char* example) {
    CLI::App* const command = parent->add_subcommand(name, what);
    command->footer(std::string("The count goes to standard error.\nExample: penstock query ") +
                    example);
    const bool search = kind == QueryKind::search;
    CLI::Option* const text = command
                                  ->add_option(search ? "query" : "target", options.wanted.text,
                                               search ? "Words and filters, as the API takes them"
                                                      : "An address, network or range, IPv6 too")
                                  ->type_name(search ? "QUERY" : "TARGET")
                                  ->required();
    if (search) {
      text->check(
          [](const std::string& words) {
            return words.find_first_not_of(" \t") == std::string::npos ? "is empty" : std::string();
          },
          "");
    } else {
      text->check(check_target, "");
    }
    command->add_flag("--into-kafka", options.into_kafka,
                      "Publish them to the topic <prefix>.query instead");
    add_configuration(*command, options.configuration);
    commands.push_back({command, [&options, kind] {
                          QueryOptions chosen = options;
                          chosen.wanted.kind = kind;
                          return run_query(chosen);
                        }});
  };
  add("historical", QueryKind::historical, "All events about a target",
      "historical 192.0.2.7 > events.ndjson");
  add("latest", QueryKind::latest, "The latest events about a target", "latest 192.0.2.0/24");
  add("torrent", QueryKind::torrent, "All torrent activity of a target",
      "torrent 192.0.2.1-192.0.2.9");
  add("torrent-latest", QueryKind::torrent_latest, "The latest torrent activity of a target",
      "torrent-latest 2001:db8::/64");
  add("search", QueryKind::search, "Events that match a text",
      "search \"product:mysql AND country:ES\"");
  return commands;
}

}  // namespace penstock::cli
