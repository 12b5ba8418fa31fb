#include <algorithm>

#include "cli/doc/completions.hpp"
#include "cli/wrapped_text.hpp"

namespace penstock::cli::doc {
namespace {

constexpr std::string_view head =
    "#compdef penstock\n"
    "# zsh completion for penstock(1). Generated from the definition of its command line.\n";

// Whether it is loaded from the function path or sourced.
constexpr std::string_view tail = R"(
if [[ $funcstack[1] == _penstock ]]; then
  _penstock "$@"
else
  compdef _penstock penstock
fi
)";

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

// With a backslash before each of `special`, as _arguments and _describe want it.
std::string escaped(const std::string& text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || special.find(c) != std::string_view::npos) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

std::string function_name(const Command& command) {
  std::string name = "_penstock " + command.path;
  std::ranges::replace(name, ' ', '_');
  std::ranges::replace(name, '-', '_');
  return command.path.empty() ? "_penstock" : name;
}

// `:FILE:_files`: how help calls the value, and what completes it.
std::string value(const Parameter& parameter) {
  const std::string message = ":" + escaped(parameter.value, "[]:");
  switch (parameter.kind) {
    case ValueKind::none:
      return "";
    case ValueKind::file:
      return message + ":_files";
    case ValueKind::directory:
      return message + ":_path_files -/";
    case ValueKind::words:
      return message + ":(" + joined(parameter.words, " ") + ")";
    case ValueKind::text:
      break;
  }
  return message + ":";
}

// A line for each name. One of them given, neither is offered again, but for what may be repeated.
std::string option_specs(const Parameter& option) {
  std::string out;
  for (const std::string& name : option.names) {
    std::string spec = option.repeated ? "*" : "(" + joined(option.names, " ") + ")";
    spec += name;
    if (option.kind != ValueKind::none) {
      spec += name.starts_with("--") ? "=" : "+";
    }
    spec += "[" + escaped(option.help, "[]:") + "]" + value(option);
    out += " \\\n    " + single_quoted(spec);
  }
  return out;
}

std::string specs(const Command& command) {
  std::string out;
  for (const Parameter& option : command.options) {
    out += option_specs(option);
  }
  for (std::size_t place = 0; place < command.arguments.size(); ++place) {
    const Parameter& argument = command.arguments[place];
    const std::string number = argument.repeated ? "*" : std::to_string(place + 1);
    out += " \\\n    " + single_quoted(number + value(argument));
  }
  return out;
}

std::string leaf(const Command& command) {
  return "\n" + function_name(command) + "() {\n  _arguments -S" + specs(command) + "\n}\n";
}

// Its first argument is a command, which completes what follows.
std::string parent(const Command& command) {
  std::string described;
  std::string called;
  for (const Command& below : command.commands) {
    const std::string name = name_of(below);
    described += "        " + single_quoted(escaped(name, ":") + ":" + below.help) + "\n";
    called += "        " + name + ") " + function_name(below) + " ;;\n";
  }
  return "\n" + function_name(command) +
         "() {\n"
         "  local curcontext=$curcontext state line\n"
         "  typeset -A opt_args\n"
         "  _arguments -C -S" +
         specs(command) +
         " \\\n    ': :->command' \\\n    '*:: :->rest'\n"
         "  case $state in\n"
         "    command)\n"
         "      local -a commands=(\n" +
         described +
         "      )\n"
         "      _describe -t commands command commands\n"
         "      ;;\n"
         "    rest)\n"
         "      case $words[1] in\n" +
         called +
         "      esac\n"
         "      ;;\n"
         "  esac\n"
         "}\n";
}

}  // namespace

std::string zsh_completion(const Command& program) {
  std::string out(head);
  for (const Command* command : all_commands(program)) {
    out += command->commands.empty() ? leaf(*command) : parent(*command);
  }
  out += tail;
  return out;
}

}  // namespace penstock::cli::doc
