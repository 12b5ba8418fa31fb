#include "cli/run.hpp"

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/dead_letters_command.hpp"
#include "cli/demo.hpp"
#include "cli/exit_status.hpp"
#include "cli/gap_table.hpp"
#include "cli/help_formatter.hpp"
#include "cli/images_command.hpp"
#include "cli/journal.hpp"
#include "cli/query_command.hpp"
#include "cli/rows.hpp"
#include "cli/settings_of.hpp"
#include "cli/tail_command.hpp"
#include "cli/tasks_command.hpp"
#include "cli/top_command.hpp"
#include "cli/usage_error.hpp"
#include "penstock/app/commands/gaps.hpp"
#include "penstock/app/commands/replay.hpp"
#include "penstock/app/daemon.hpp"
#include "penstock/app/validate.hpp"
#include "penstock/core/option_numbers.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/settings/load.hpp"

namespace penstock::cli {
namespace {

// What the options of a command fill.
struct Options {
  ConfigurationOptions configuration;
  Output output = Output::table;
  bool watch = false;
  bool offline = false;
  DemoOptions demo;
  std::string brokers;
  app::ReplayWanted replay;
  bool to_stdout = false;
  app::GapsWanted gaps;
  DeadLettersOptions letters;
  DeadLettersParsers letters_parsers{};
  JournalOptions journal{configuration};
  TasksOptions tasks{configuration};
  QueryOptions query{configuration};
  ImagesOptions images{configuration};
  TailOptions tail{configuration};
  TopOptions top{configuration};
};

int run_daemon(const Options& options) {
  return with_settings(
      inputs_of(options.configuration),
      [&](const settings::Loaded& loaded, const settings::Inputs& inputs) {
        return app::run_daemon(loaded, inputs, options.watch);
      },
      false);
}

int show_config(const Options& options) {
  return with_settings(inputs_of(options.configuration),
                       [&](const settings::Loaded& loaded, const settings::Inputs&) {
                         Rows rows{{"key", "value", "origin"}, {}};
                         for (const settings::Value& value : loaded.values) {
                           rows.cells.push_back({value.path, value.text, value.origin});
                         }
                         print(std::cout, rows, options.output);
                         return exit_done;
                       });
}

std::string_view to_string(app::Finding::Level level) {
  switch (level) {
    case app::Finding::Level::ok:
      return "ok";
    case app::Finding::Level::warning:
      return "warning";
    case app::Finding::Level::failed:
    case app::Finding::Level::misconfigured:
      break;
  }
  return "failed";
}

int validate(const Options& options) {
  return with_settings(inputs_of(options.configuration), [&](const settings::Loaded& loaded,
                                                             const settings::Inputs& inputs) {
    Rows rows{{"result", "subject", "text"}, {}};
    int status = exit_done;
    for (const app::Finding& finding : app::validate(loaded, inputs, options.offline)) {
      rows.cells.push_back({std::string(to_string(finding.level)), finding.subject, finding.text});
      if (finding.level == app::Finding::Level::misconfigured) {
        status = exit_configuration;
      } else if (finding.level == app::Finding::Level::failed && status == exit_done) {
        status = exit_failed;
      }
    }
    print(std::cout, rows, options.output);
    return status;
  });
}

int replay(const Options& options) {
  if (options.to_stdout) {
    return with_settings(api_inputs_of(options.configuration),
                         [&](const settings::Loaded& loaded, const settings::Inputs& all) {
                           return app::print_replay(loaded, all, options.replay.job);
                         });
  }
  return with_settings(inputs_of(options.configuration), [&](const settings::Loaded& loaded,
                                                             const settings::Inputs&) {
    const auto answer = app::ask_for_replay(loaded.settings.admin.socket, options.replay);
    if (!answer) {
      return fail(answer.error());
    }
    std::cerr << *answer << '\n';
    return exit_done;
  });
}

int show_gaps(const Options& options) {
  return with_settings(inputs_of(options.configuration), [&](const settings::Loaded& loaded,
                                                             const settings::Inputs&) {
    const auto gaps = app::read_gaps(loaded.settings.kafka, options.gaps);
    if (!gaps) {
      return fail(gaps.error());
    }
    print_gaps(std::cout, gaps->records, options.output, wall_now());
    if (gaps->unreadable > 0) {
      std::cerr << "warning: " << gaps->unreadable << " record(s) left out: not penstock's\n";
    }
    return exit_done;
  });
}

int dead_letters(const Options& options) {
  return with_settings(inputs_of(options.configuration),
                       [&](const settings::Loaded& loaded, const settings::Inputs&) {
                         return run_dead_letters(options.letters_parsers, loaded.settings,
                                                 options.letters, options.output);
                       });
}

int show_demo(const Options& options) {
  DemoOptions demo_options = options.demo;
  if (!options.brokers.empty()) {
    demo_options.brokers = options.brokers;
  }
  if (options.configuration.file.empty()) {
    return demo(std::move(demo_options));
  }
  return with_settings(local_inputs_of(options.configuration),
                       [&](const settings::Loaded& loaded, const settings::Inputs&) {
                         demo_options.kafka = loaded.settings.kafka;
                         return demo(std::move(demo_options));
                       });
}

void add_demo(CLI::App& command, Options& options) {
  command.add_option("--seconds", options.demo.seconds, "How long it runs; by default 20")
      ->type_name("N")
      ->transform(whole_from(1, 86'400));
  command.add_option("--rate", options.demo.rate, "Events per second and source; by default 2000")
      ->type_name("N")
      ->check([](const std::string& text) { return check_number(text, 1, 1e6); }, "");
  command.add_option("--seed", options.demo.seed, "Equal seeds make equal events; by default 1")
      ->type_name("N")
      ->transform(whole_from(0));
  command.add_option("--brokers", options.brokers, "A real Kafka in place of the embedded one")
      ->type_name("HOST:PORT");
  add_configuration_file(command, options.configuration);
}

void add_replay(CLI::App& command, Options& options) {
  command.add_option("id", options.replay.job, "The job, with or without `client-`")
      ->type_name("ID")
      ->required();
  CLI::Option* force = command.add_flag("--force", options.replay.force,
                                        "Also where the replay is held, was given up, or the "
                                        "job isn't known; not where it is settled");
  CLI::Option* source =
      command
          .add_option("--source", options.replay.source,
                      "The source that it belongs to; needed where several have jobs")
          ->type_name("SOURCE");
  command
      .add_flag(
          "--to-stdout", options.to_stdout,
          "Print its lines, without the daemon and Kafka; uses the API's settings and the token")
      ->excludes(force)
      ->excludes(source);
}

void add_gaps(CLI::App& command, Options& options) {
  command.add_option("--source", options.gaps.source, "Only those of this source")
      ->type_name("SOURCE");
  command.add_flag("--all", options.gaps.recovered, "Those that are recovered, too");
}

std::vector<Command> add_commands(CLI::App& parser, Options& options) {
  const auto add = [&](const char* name, const char* what, const char* example) {
    CLI::App* command = parser.add_subcommand(name, what);
    command->footer(std::string("Example: ") + example);
    return command;
  };
  CLI::App* run = add("run", "Run the daemon", "penstock run -c /etc/penstock/penstock.yaml");
  add_configuration(*run, options.configuration);
  run->add_flag("--watch", options.watch,
                "Reload when the configuration, the token, the CA or a file of networks changes");

  CLI::App* check = add("validate", "Check configuration, token, journal directory, API and Kafka",
                        "penstock validate --offline -c penstock.yaml");
  add_configuration(*check, options.configuration);
  add_output(*check, options.output);
  check->add_flag("--offline", options.offline, "Leave out what needs the network");

  CLI::App* config = add("config", "Show the effective configuration and where each value is from",
                         "penstock config --set kafka.partitions=8 -o json");
  add_configuration(*config, options.configuration);
  add_output(*config, options.output);

  CLI::App* gaps = add("gaps", "Show where events are missing, and what is done about it",
                       "penstock gaps --source stream");
  add_configuration(*gaps, options.configuration);
  add_output(*gaps, options.output);
  add_gaps(*gaps, options);

  std::vector<Command> commands = add_journal(parser, options.journal);
  const DeadLettersParsers letters = add_dead_letters(parser, options.letters);
  options.letters_parsers = letters;
  for (CLI::App* command : {letters.ls, letters.cat, letters.retry}) {
    add_configuration(*command, options.configuration);
  }
  add_output(*letters.ls, options.output);

  CLI::App* again = add("replay", "Have the running daemon replay a job into Kafka, or print it",
                        "penstock replay ID --to-stdout > job.ndjson");
  add_configuration(*again, options.configuration);
  add_replay(*again, options);

  CLI::App* show = add("demo", "Run simulator, Kafka, daemon and a consumer in this terminal",
                       "penstock demo --seconds 60 --rate 5000");
  show->footer(
      "With -c it takes kafka.key, kafka.timestamp, kafka.headers and\n"
      "kafka.commit_interval of the configuration; with --brokers kafka.properties,\n"
      "kafka.partitions and kafka.replication_factor, too.\n" +
      show->get_footer());
  add_demo(*show, options);

  const auto with_options = [&](CLI::App* command, int (*call)(const Options&)) {
    commands.push_back({command, [&options, call] { return call(options); }});
  };
  with_options(run, run_daemon);
  with_options(check, validate);
  with_options(config, show_config);
  with_options(gaps, show_gaps);
  with_options(letters.parent, dead_letters);
  with_options(again, replay);
  with_options(show, show_demo);
  for (const std::vector<Command>& part :
       {add_top(parser, options.top), add_tail(parser, options.tail),
        add_tasks(parser, options.tasks), add_query(parser, options.query),
        add_images(parser, options.images)}) {
    commands.insert(commands.end(), part.begin(), part.end());
  }
  // Before the command as well, and between it and what it is of.
  add_configuration_file(parser, options.configuration);
  for (CLI::App* command : parser.get_subcommands({})) {
    std::vector<CLI::App*> parts = command->get_subcommands({});
    if (!parts.empty()) {
      add_configuration_file(*command, options.configuration);
    }
    parts.push_back(command);
    for (CLI::App* part : parts) {
      if (part->get_subcommands({}).empty() && part->get_option_no_throw("--output") == nullptr) {
        refuse_output(*part);
      }
    }
  }
  return commands;
}

// The parser, what it fills, and what then runs.
struct CommandLine {
  CLI::App parser{"BinaryEdge API V1 event streams into Kafka, each event exactly once",
                  "penstock"};
  Options options;
  std::vector<Command> commands;

  CommandLine() {
    parser.formatter(std::make_shared<HelpFormatter>());  // shared: as CLI11 keeps it
    parser.set_version_flag("--version", "penstock " + std::string(app::version()),
                            "Print the version");
    parser.footer("Example: penstock run -c /etc/penstock/penstock.yaml");
    parser.require_subcommand(1);
    commands = add_commands(parser, options);
  }
};

int parse_and_run(int argc, const char* const* argv) {
  CommandLine line;
  try {
    line.parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (const std::string wrong = wrong_command(line.parser);
        error.get_exit_code() != 0 && !wrong.empty()) {
      std::cerr << wrong << "\nRun with --help for more information.\n";
      return exit_usage;
    }
    return line.parser.exit(error, std::cout, std::cerr) == 0 ? exit_done : exit_usage;
  }
  for (const Command& command : line.commands) {
    if (command.parser->parsed()) {
      return command.run();
    }
  }
  return exit_usage;
}

}  // namespace

void with_parser(const std::function<void(CLI::App&)>& use) {
  CommandLine line;
  use(line.parser);
}

int run(int argc, const char* const* argv) {
  try {
    const int status = parse_and_run(argc, argv);
    if (!std::cout.flush()) {
      std::cerr << "penstock: can't write to standard output\n";
      return status == exit_done ? exit_failed : status;
    }
    return status;
  } catch (const std::exception& error) {
    std::cerr << "penstock: " << error.what() << '\n';
    return exit_failed;
  }
}

}  // namespace penstock::cli
