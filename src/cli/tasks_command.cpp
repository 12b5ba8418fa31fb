#include "cli/tasks_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/colours.hpp"
#include "cli/json_values.hpp"
#include "cli/text_table.hpp"
#include "cli/usage_error.hpp"
#include "penstock/app/commands/tail.hpp"
#include "penstock/app/commands/tasks.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"

namespace penstock::cli {
namespace {

const TextRow titles{"STATUS", "JOB", "AGE", "TOOK", "DESCRIPTION"};
constexpr std::size_t description_column = 4;
constexpr std::size_t longest_status = 9;  // requested
constexpr std::size_t longest_job = 43;    // a UUID, `client-` in front
constexpr std::size_t shortest_description = 11;

void print_values(const std::vector<std::string>& values, Output output) {
  JsonValues printed(std::cout, output);
  for (const std::string& value : values) {
    printed.add(value);
  }
  printed.end();
}

TextRow row_of(const Task& task, WallTime now) {
  const auto since = [](std::optional<WallTime> from, WallTime to) {
    return from ? duration_text(to - *from) : std::string("?");
  };
  return {printable(task.status.empty() ? "?" : task.status, longest_status),
          printable(task.job_id, longest_job), since(task.requested_at, now),
          task.finished_at ? since(task.requested_at, *task.finished_at) : "-",
          printable(task.description)};
}

// SGR parameters (ECMA-48); empty: no colour.
std::string_view colour_of(std::string_view status) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> colours{
      {{"success", "32"},
       {"failed", "31"},
       {"revoked", "33"},
       {"requested", "36"},
       {"started", "36"}}};
  const auto found = std::ranges::find_if(
      colours, [&](const auto& entry) { return iequals_ascii(entry.first, status); });
  return found == colours.end() ? "" : found->second;
}

int list(const TasksOptions& options) {
  return with_settings(
      api_inputs_of(options.configuration), [&](const auto& loaded, const auto& inputs) {
        if (options.output != Output::table) {
          const auto values = app::list_tasks_json(loaded, inputs);
          if (!values) {
            return fail(values.error());
          }
          print_values(*values, options.output);
          return exit_done;
        }
        const auto tasks = app::list_tasks(loaded, inputs);
        if (!tasks) {
          return fail(tasks.error());
        }
        if (tasks->empty()) {
          std::cerr << "no jobs\n";
          return exit_done;
        }
        const bool colours = isatty(STDOUT_FILENO) == 1 && colours_allowed(inputs.environment);
        std::cout << task_table(*tasks, wall_now(), colours);
        return exit_done;
      });
}

int status(const TasksOptions& options) {
  return with_settings(api_inputs_of(options.configuration),
                       [&](const auto& loaded, const auto& inputs) {
                         if (options.output != Output::table) {
                           const auto values = app::task_status_json(loaded, inputs, options.job);
                           if (!values) {
                             return fail(values.error());
                           }
                           print_values(*values, Output::ndjson);
                           return exit_done;
                         }
                         const auto task = app::task_status(loaded, inputs, options.job);
                         if (!task) {
                           return fail(task.error());
                         }
                         std::cout << printable(task->status) << '\n';
                         return exit_done;
                       });
}

int revoke(const TasksOptions& options) {
  return with_settings(api_inputs_of(options.configuration),
                       [&](const auto& loaded, const auto& inputs) {
                         const auto message = app::revoke_task(loaded, inputs, options.job);
                         if (!message) {
                           return fail(message.error());
                         }
                         std::cerr << (message->empty() ? "revoked" : printable(*message)) << '\n';
                         return exit_done;
                       });
}

Result<std::string> read_file(const std::string& name) {
  const auto failed = [&](const std::string& why) {
    return make_error(Errc::io, (name == "-" ? "standard input" : printable(name)) + ": " + why);
  };
  std::ifstream file;
  if (name != "-") {
    file.open(name);
    if (!file) {
      return failed(std::strerror(errno));
    }
  }
  std::istream& in = name == "-" ? std::cin : file;
  std::string text;
  std::array<char, 16 * 1024> part{};
  while (in.read(part.data(), part.size()) || in.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > limits::task_request.count) {
      return failed("is larger than " + to_string(limits::task_request) + ", so it is no task");
    }
  }
  return in.bad() ? Result<std::string>(failed("can't be read")) : text;
}

// The source whose stream has the events of jobs.
std::string source_with_jobs(const settings::Settings& settings) {
  const auto found = std::ranges::find_if(settings.sources, &settings::Source::jobs);
  return found == settings.sources.end() ? "stream" : found->name.str();
}

int follow(const TasksOptions& options, const std::string& body) {
  return with_source(options.configuration, options.source, source_with_jobs,
                     [&](const auto& loaded, const auto& inputs, const std::string& source) {
                       return app::create_and_follow(loaded, inputs, source, body);
                     });
}

// Nothing is sent where anything is wrong with the task.
int create(const TasksOptions& options) {
  const bool from_file = !options.file.empty();
  if (from_file && !options.task.config.empty()) {
    std::cerr << "penstock: --config NAME=VALUE: goes into the file, where there is one\n";
    return exit_usage;
  }
  const auto body = from_file ? read_file(options.file) : remote::make_task(options.task);
  if (!body) {
    std::cerr << "penstock: " << body.error().what << '\n';
    return exit_usage;
  }
  const std::string where = from_file && options.file != "-" ? printable(options.file) + ": " : "";
  const remote::TaskFindings findings = remote::check_task(*body);
  for (const std::string& error : findings.errors) {
    std::cerr << "penstock: " << where << error << '\n';
  }
  if (!findings.errors.empty()) {
    return exit_usage;
  }
  for (const std::string& warning : findings.warnings) {
    std::cerr << "warning: " << where << warning << '\n';
  }
  if (options.follow && !options.dry_run) {
    return follow(options, *body);
  }
  return with_settings(
      api_inputs_of(options.configuration), [&](const auto& loaded, const auto& inputs) {
        if (options.dry_run) {
          std::cout << "POST " << loaded.settings.api.url << "/v1/tasks\n" << *body;
          std::cout << (body->ends_with('\n') ? "" : "\n");
          return exit_done;
        }
        const auto job = app::create_task(loaded, inputs, *body);
        if (!job) {
          return fail(job.error());
        }
        std::cout << printable(job->job_id) << '\n';
        if (!job->stream_url.empty()) {
          std::cerr << "its events come on " << printable(job->stream_url) << '\n';
        }
        return exit_done;
      });
}

// `--config` is the configuration file's option everywhere, and the API's word for what modules are
// given: what has an equals sign is the latter.
void add_both_configurations(CLI::App& command, TasksOptions& options) {
  command
      .add_option_function<std::string>(
          "-c",
          [&options](const std::string& file) { name_configuration(options.configuration, file); },
          "The configuration file")
      ->type_name("FILE");
  command
      .add_option_function<std::vector<std::string>>(
          "--config",
          [&options](const std::vector<std::string>& values) {
            for (const std::string& value : values) {
              if (value.find('=') == std::string::npos) {
                name_configuration(options.configuration, value);
              } else {
                options.task.config.push_back(value);
              }
            }
          },
          "Of the modules, such as user_agent=x or https=true; may be repeated. Without an equals "
          "sign it is -c")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  add_overrides(command, options.configuration);
}

void add_task_options(CLI::App& command, TasksOptions& options) {
  remote::TaskWanted& task = options.task;
  CLI::Option* const file =
      command.add_option("file", options.file, "The task as JSON; -: standard input")
          ->type_name("FILE");
  const auto option = [&](const char* name, auto& value, const char* type, const char* help) {
    return command.add_option(name, value, help)->type_name(type)->excludes(file);
  };
  option("--type", task.type, "scan|grab", "scan looks for open ports first; grab asks at once");
  option("--target", task.targets, "TARGET",
         "Address, network, range, or, in a grab, a host name; may be repeated")
      ->allow_extra_args(false);
  option("--port", task.ports, "PORTS[/PROTOCOL]",
         "Such as 80,443/tcp or 1-1024; may be repeated, and each gets all modules")
      ->allow_extra_args(false);
  option("--module", task.modules, "NAME", "Such as http or ssl; may be repeated")
      ->allow_extra_args(false);
  option("--sample", task.sample, "N", "So many open ports are enough")->transform(whole_from(1));
  option("--description", task.description, "TEXT", "What the list of jobs shows");
  CLI::Option* const dry_run =
      command.add_flag("--dry-run", options.dry_run, "Show the request, and send nothing");
  CLI::Option* const follow =
      command.add_flag("--follow", options.follow,
                       "Print the job's events until it ends; connects before it is "
                       "created, so that none is missed");
  follow->excludes(dry_run);
  command.add_option("--source", options.source, "That has its events, with --follow")
      ->type_name("SOURCE")
      ->needs(follow);
}

}  // namespace

std::vector<Command> add_tasks(CLI::App& parser, TasksOptions& options) {
  CLI::App* const parent = parser.add_subcommand("tasks", "List, create and revoke jobs");
  parent->require_subcommand(1);
  parent->footer("Example: penstock tasks list");
  const auto add = [&](const char* name, const char* what, const char* example) {
    CLI::App* const command = parent->add_subcommand(name, what);
    command->footer(std::string("Example: penstock tasks ") + example);
    return command;
  };
  const auto add_job = [&](CLI::App* command) {
    command->add_option("id", options.job, "The job, with or without `client-`")
        ->type_name("ID")
        ->required();
  };
  CLI::App* const list_command = add("list", "The latest jobs that were requested", "list -o json");
  add_output(*list_command, options.output);
  CLI::App* const create_command = add("create", "Request a job, from a file or from options",
                                       "create --type scan --target 192.0.2.0/24 \\\n"
                                       "           --port 80,443/tcp --module http --follow");
  add_task_options(*create_command, options);
  add_both_configurations(*create_command, options);
  CLI::App* const status_command =
      add("status", "How far a job is", "status 32637b98-8f01-46eb-a1f7-3eaee18ab1d5");
  add_job(status_command);
  add_output(*status_command, options.output);
  CLI::App* const revoke_command =
      add("revoke", "Cancel a job", "revoke 32637b98-8f01-46eb-a1f7-3eaee18ab1d5");
  add_job(revoke_command);
  for (CLI::App* const command : {list_command, status_command, revoke_command}) {
    add_configuration(*command, options.configuration);
  }
  return {{list_command, [&options] { return list(options); }},
          {create_command, [&options] { return create(options); }},
          {status_command, [&options] { return status(options); }},
          {revoke_command, [&options] { return revoke(options); }}};
}

std::string task_table(std::span<const Task> tasks, WallTime now, bool colours) {
  std::vector<TextRow> rows{titles};
  for (const Task& task : tasks) {
    rows.push_back(row_of(task, now));
  }
  shorten(rows, description_column, shortest_description);
  const std::vector<std::string> lines = aligned(rows, titles.size());
  std::string out = lines.front();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const std::string& status = rows[i + 1].front();
    const std::string_view colour = colours ? colour_of(status) : "";
    if (!colour.empty()) {
      out.append("\x1b[").append(colour).append("m").append(status).append("\x1b[0m");
      out.append(lines[i + 1], status.size());
    } else {
      out += lines[i + 1];
    }
  }
  return out;
}

}  // namespace penstock::cli
