#include "cli/doc/completions.hpp"
#include "cli/wrapped_text.hpp"

namespace penstock::cli::doc {
namespace {

constexpr std::string_view head =
    R"(# fish completion for penstock(1). Generated from the definition of its command line.

# Succeeds where the words before the cursor name this command, and so many arguments, if a number
# is given.
function __penstock_at --argument-names wanted count
    set -l command
    set -l arguments 0
    set -l is_value no
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test $is_value = yes
            set is_value no
        else if string match -q -- '-*' $word
            if contains -- (string join -- ' ' $command $word) $__penstock_options_with_value
                set is_value yes
            end
        else if contains -- (string join -- ' ' $command $word) $__penstock_commands
            set command (string join -- ' ' $command $word)
        else
            set arguments (math $arguments + 1)
        end
    end
    test "$command" = "$wanted"; and begin
        test -z "$count"; or test "$arguments" = "$count"
    end
end

)";

std::string single_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') {
      out += '\\';
    }
    out += c;
  }
  return out + "'";
}

std::string list(const char* name, const std::vector<std::string>& words) {
  std::string out = std::string("set -g ") + name;
  for (const std::string& word : words) {
    out += " \\\n    " + single_quoted(word);
  }
  return out + "\n";
}

std::string commands_list(const std::vector<const Command*>& commands) {
  std::vector<std::string> paths;
  for (const Command* command : commands) {
    if (!command->path.empty()) {
      paths.push_back(command->path);
    }
  }
  return list("__penstock_commands", paths);
}

std::string options_list(const std::vector<const Command*>& commands) {
  std::vector<std::string> options;
  for (const Command* command : commands) {
    for (const Parameter& option : command->options) {
      if (option.kind != ValueKind::none) {
        for (const std::string& name : option.names) {
          options.push_back(command->path + (command->path.empty() ? "" : " ") + name);
        }
      }
    }
  }
  return list("__penstock_options_with_value", options);
}

// `complete` where the command has been typed, and `count` arguments behind it.
std::string rule(const Command& command, const std::string& count) {
  const std::string condition = "__penstock_at " + single_quoted(command.path) + count;
  return "complete -c penstock -n " + single_quoted(condition);
}

std::string option_rule(const Command& command, const Parameter& option) {
  std::string out = rule(command, "");
  for (const std::string& name : option.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  switch (option.kind) {
    case ValueKind::none:
      break;
    case ValueKind::text:
      out += " -x";
      break;
    case ValueKind::file:
      out += " -r -F";
      break;
    case ValueKind::directory:
      out += " -x -a '(__fish_complete_directories)'";
      break;
    case ValueKind::words:
      out += " -x -a " + single_quoted(joined(option.words, " "));
      break;
  }
  return out + " -d " + single_quoted(option.help) + "\n";
}

std::string argument_rule(const Command& command, std::size_t place) {
  const Parameter& argument = command.arguments[place];
  const std::string at = rule(command, argument.repeated ? "" : " " + std::to_string(place));
  switch (argument.kind) {
    case ValueKind::file:
      return at + " -F\n";
    case ValueKind::directory:
      return at + " -a '(__fish_complete_directories)'\n";
    case ValueKind::words:
      return at + " -a " + single_quoted(joined(argument.words, " ")) + "\n";
    default:
      return "";
  }
}

std::string rules(const Command& command) {
  std::string out;
  for (const Command& below : command.commands) {
    out +=
        rule(command, " 0") + " -a " + name_of(below) + " -d " + single_quoted(below.help) + "\n";
  }
  for (const Parameter& option : command.options) {
    out += option_rule(command, option);
  }
  for (std::size_t place = 0; place < command.arguments.size(); ++place) {
    out += argument_rule(command, place);
  }
  return out;
}

}  // namespace

std::string fish_completion(const Command& program) {
  const std::vector<const Command*> commands = all_commands(program);
  std::string out(head);
  out += commands_list(commands) + options_list(commands);
  out += "\n# Files where a file is wanted, and nowhere else.\ncomplete -c penstock -f\n";
  for (const Command* command : commands) {
    out += rules(*command);
  }
  return out;
}

}  // namespace penstock::cli::doc
