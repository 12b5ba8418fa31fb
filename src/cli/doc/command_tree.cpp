#include "cli/doc/command_tree.hpp"

#include <CLI/CLI.hpp>
#include <cctype>
#include <sstream>
#include <string_view>

#include "cli/help_formatter.hpp"
#include "cli/wrapped_text.hpp"

namespace penstock::cli::doc {
namespace {

constexpr std::string_view example_mark = "Example: ";
constexpr std::string_view usual_group = "Options";  // CLI11's

std::string one_line(const std::string& text) {
  return joined(wrapped(text, std::string::npos), " ");
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) {
    parts.push_back(part);
  }
  return parts;
}

// The N of `N|all`, which stands for what isn't known.
bool is_placeholder(const std::string& word) {
  return !word.empty() && std::isupper(static_cast<unsigned char>(word.front())) != 0;
}

// `type` is CLI11's: the value's name, then `:{a,b}` where IsMember checks it.
void describe_value(const std::string& type, Parameter& parameter) {
  const std::size_t set = type.find(":{");
  parameter.value = type.substr(0, set);
  parameter.kind = ValueKind::words;
  if (set != std::string::npos) {
    parameter.words = split(type.substr(set + 2, type.find('}', set) - set - 2), ',');
  } else if (type.find('|') != std::string::npos) {
    parameter.words = split(type, '|');
    std::erase_if(parameter.words, is_placeholder);
  } else if (type == "SOURCE") {
    parameter.words = {"firehose", "stream", "torrent", "sinkhole"};
  } else if (type.starts_with("FILE")) {
    parameter.kind = ValueKind::file;
  } else {
    parameter.kind = type == "DIR" ? ValueKind::directory : ValueKind::text;
  }
}

Parameter describe(const CLI::Option& option) {
  Parameter parameter;
  for (const std::string& name : option.get_snames()) {
    parameter.names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    parameter.names.push_back("--" + name);
  }
  parameter.help = one_line(full_text(option));
  parameter.required = option.get_required();
  parameter.repeated = option.get_expected_max() == CLI::detail::expected_max_vector_size;
  if (option.get_group() != usual_group) {
    parameter.group = option.get_group();
  }
  if (option.get_items_expected_max() > 0) {
    describe_value(option.get_type_name(), parameter);
  }
  return parameter;
}

void describe_footer(const std::string& footer, Command& command) {
  std::istringstream lines(footer);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(example_mark)) {
      command.examples.push_back(line.substr(example_mark.size()));
    } else if (!command.examples.empty() && command.examples.back().ends_with('\\')) {
      command.examples.back() += "\n    " + one_line(line);
    } else {
      command.notes += line + '\n';
    }
  }
}

Command describe(const CLI::App& app, const std::string& path) {
  Command command;
  command.path = path;
  command.help = one_line(app.get_description());
  describe_footer(app.get_footer(), command);
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) {
      continue;  // hidden
    }
    (option->get_positional() ? command.arguments : command.options).push_back(describe(*option));
  }
  for (const CLI::App* below : app.get_subcommands({})) {
    command.commands.push_back(
        describe(*below, path + (path.empty() ? "" : " ") + below->get_name()));
  }
  return command;
}

}  // namespace

Command describe(const CLI::App& program) { return describe(program, ""); }

std::vector<const Command*> all_commands(const Command& program) {
  std::vector<const Command*> commands{&program};
  for (const Command& below : program.commands) {
    for (const Command* command : all_commands(below)) {
      commands.push_back(command);
    }
  }
  return commands;
}

std::string name_of(const Command& command) {
  return command.path.substr(command.path.rfind(' ') + 1);
}

}  // namespace penstock::cli::doc
