#include "cli/doc/completions.hpp"
#include "cli/wrapped_text.hpp"

namespace penstock::cli::doc {
namespace {

constexpr std::string_view head =
    R"(# bash completion for penstock(1). Generated from the definition of its command line.

_penstock() {
  local command='' option='' place=0 wanted=words words='' word i
  local current=${COMP_WORDS[COMP_CWORD]}
  # bash takes --option=value apart, at the equals sign.
  [[ $current != '=' ]] || current=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then
      continue
    elif [[ -n $option ]]; then
      option='' # this word is its value
    elif [[ $word == -* ]]; then
      case "$command $word" in
)";

constexpr std::string_view arguments_before = R"(          option=$word
          ;;
      esac
    else
      case "$command $word" in
)";

constexpr std::string_view values_of_options = R"(          command="${command:+$command }$word"
          ;;
        *) place=$((place + 1)) ;;
      esac
    fi
  done

  if [[ -n $option ]]; then
    case "$command $option" in
)";

constexpr std::string_view names_of_options = R"(      *) wanted=text ;;
    esac
  elif [[ $current == -* ]]; then
    case $command in
)";

constexpr std::string_view arguments = R"(    esac
  else
    case "$command $place" in
)";

constexpr std::string_view tail = R"(      *) wanted=text ;;
    esac
  fi

  COMPREPLY=()
  case $wanted in
    files) compopt -o default ;;
    directories) compopt -o dirnames ;;
    words) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
  esac
}

complete -F _penstock penstock
)";

std::string single_quoted(const std::string& text) { return "'" + text + "'"; }

// `'validate -c' | 'validate --config'`: an option by each of its names.
std::string pattern(const Command& command, const Parameter& option) {
  std::vector<std::string> patterns;
  for (const std::string& name : option.names) {
    patterns.push_back(single_quoted(command.path + " " + name));
  }
  return joined(patterns, " | ");
}

// What stands behind a pattern. Nothing is offered for a text.
std::string wanted(const Parameter& parameter) {
  switch (parameter.kind) {
    case ValueKind::file:
      return "wanted=files";
    case ValueKind::directory:
      return "wanted=directories";
    case ValueKind::words:
      return "words=" + single_quoted(joined(parameter.words, " "));
    default:
      return "wanted=text";
  }
}

template <class Use>
void for_each_value(const std::vector<const Command*>& commands, Use use) {
  for (const Command* command : commands) {
    for (const Parameter& option : command->options) {
      if (option.kind != ValueKind::none) {
        use(*command, option);
      }
    }
  }
}

std::string options_with_value(const std::vector<const Command*>& commands) {
  std::vector<std::string> patterns;
  for_each_value(commands, [&](const Command& command, const Parameter& option) {
    patterns.push_back("        " + pattern(command, option));
  });
  return joined(patterns, " | \\\n") + ")\n";
}

std::string command_words(const std::vector<const Command*>& commands) {
  std::vector<std::string> patterns;
  for (const Command* command : commands) {
    if (!command->path.empty()) {
      const bool nested = command->path.find(' ') != std::string::npos;
      patterns.push_back("        " + single_quoted((nested ? "" : " ") + command->path));
    }
  }
  return joined(patterns, " | \\\n") + ")\n";
}

std::string option_names(const Command& command) {
  std::vector<std::string> names;
  for (const Parameter& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return "      " + single_quoted(command.path) + ") words=" + single_quoted(joined(names, " ")) +
         " ;;\n";
}

std::string places(const Command& command) {
  std::string out;
  if (!command.commands.empty()) {
    std::vector<std::string> names;
    for (const Command& below : command.commands) {
      names.push_back(name_of(below));
    }
    out += "      " + single_quoted(command.path + " 0") +
           ") words=" + single_quoted(joined(names, " ")) + " ;;\n";
  }
  for (std::size_t place = 0; place < command.arguments.size(); ++place) {
    const Parameter& argument = command.arguments[place];
    const std::string number = argument.repeated ? "'*" : std::to_string(place) + "'";
    out += "      '" + command.path + " " + number + ") " + wanted(argument) + " ;;\n";
  }
  return out;
}

}  // namespace

std::string bash_completion(const Command& program) {
  const std::vector<const Command*> commands = all_commands(program);
  std::string out(head);
  out += options_with_value(commands);
  out += arguments_before;
  out += command_words(commands);
  out += values_of_options;
  for_each_value(commands, [&](const Command& command, const Parameter& option) {
    if (option.kind != ValueKind::text) {
      out += "      " + pattern(command, option) + ") " + wanted(option) + " ;;\n";
    }
  });
  out += names_of_options;
  for (const Command* command : commands) {
    out += option_names(*command);
  }
  out += arguments;
  for (const Command* command : commands) {
    out += places(*command);
  }
  out += tail;
  return out;
}

}  // namespace penstock::cli::doc
