#include "cli/doc/commands_page.hpp"

#include <string_view>

namespace penstock::cli::doc {
namespace {

constexpr std::string_view introduction =
    R"(# Commands

Generated from the definition of the command line (`src/cli`): change it there, then build the target `commands_doc`.

Data goes to standard output, messages to standard error. Every command has `--help`, and `-c FILE`, which may also stand before
it: `penstock -c FILE gaps`. `man penstock` has all of this, environment, files and signals as well.

| exit status | means |
|--:|---|
| 0 | done |
| 1 | failed at run time |
| 2 | wrong usage |
| 3 | another instance took over |
| 78 | bad configuration: all errors are on standard error |

`penstock run` drains and stops at SIGTERM and SIGINT, stops at once at a second one, and reads its configuration again at
SIGHUP.
)";

// Running text: what Markdown would take for a tag isn't one.
std::string prose(std::string_view text) {
  std::string out;
  bool code = false;
  for (const char c : text) {
    code = code != (c == '`');
    out += c == '<' && !code ? "&lt;" : std::string(1, c);
  }
  return out;
}

// Of a table: a bar would end it, in code as well.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '|' ? "\\|" : std::string(1, c);
  }
  return out;
}

// `-c`, `--config FILE`
std::string named(const Parameter& option) {
  std::string out;
  for (const std::string& name : option.names) {
    const bool last = &name == &option.names.back();
    out += (out.empty() ? "`" : ", `") + name +
           (last && option.kind != ValueKind::none ? " " + option.value : "") + "`";
  }
  return out;
}

std::string placed(const Parameter& argument) {
  return "`" + argument.value + (argument.repeated ? " …" : "") + "`" +
         (argument.required ? "" : ", optional");
}

std::string row(const std::string& what, const Parameter& parameter) {
  return "| " + cell(what) + " | " + cell(prose(parameter.help)) + " |\n";
}

std::string table(const Command& command) {
  std::string rows;
  for (const Parameter& argument : command.arguments) {
    rows += row(placed(argument), argument);
  }
  for (const Parameter& option : command.options) {
    if (option.names.back() != "--help") {
      rows += row(named(option), option);
    }
  }
  return rows.empty() ? "" : "\n| takes | meaning |\n|---|---|\n" + rows;
}

std::string section(const Command& command) {
  std::string out = "\n## penstock " + command.path + "\n\n" + prose(command.help) + ".\n";
  if (!command.notes.empty()) {
    out += "\n" + prose(command.notes) + (command.notes.ends_with('\n') ? "" : "\n");
  }
  out += table(command);
  if (!command.examples.empty()) {
    out += "\n```sh\n";
    for (const std::string& example : command.examples) {
      out += example + "\n";
    }
    out += "```\n";
  }
  return out;
}

}  // namespace

std::string commands_page(const Command& program) {
  std::string out(introduction);
  for (const Command* command : all_commands(program)) {
    if (command->commands.empty()) {
      out += section(*command);
    }
  }
  return out;
}

}  // namespace penstock::cli::doc
