#include "cli/doc/man_page.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "cli/doc/man_list.hpp"
#include "cli/doc/man_sections.hpp"
#include "cli/doc/mdoc.hpp"

namespace penstock::cli::doc {
namespace {

// Taken by so many commands of different names, an option is described once for all of them. What
// only the commands below one name share speaks of their subject, and stands with each.
constexpr std::size_t common_from = 3;

bool is_leaf(const Command& command) { return command.commands.empty(); }

std::string synopsis(const std::vector<const Command*>& commands) {
  std::string out = ".Sh SYNOPSIS\n";
  for (const Command* command : commands) {
    if (!is_leaf(*command)) {
      continue;
    }
    out += ".Nm\n.Cm " + command->path + "\n.Op Ar option ...\n";
    for (const Parameter& argument : command->arguments) {
      out += (argument.required ? "." : ".Op ") + argument_macros(argument) + '\n';
    }
  }
  return out;
}

// `journal` of `journal ls`.
std::string first_word(const std::string& path) { return path.substr(0, path.find(' ')); }

std::vector<Parameter> common_options(const std::vector<const Command*>& commands) {
  std::vector<Parameter> found;  // in the order of the definitions
  std::vector<std::set<std::string>> taken_by;
  for (const Command* command : commands) {
    for (const Parameter& option : command->options) {
      const auto at = std::ranges::find(found, option);
      if (at == found.end()) {
        found.push_back(option);
        taken_by.push_back({first_word(command->path)});
      } else {
        taken_by[static_cast<std::size_t>(at - found.begin())].insert(first_word(command->path));
      }
    }
  }
  std::vector<Parameter> common;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (taken_by[i].size() >= common_from) {
      common.push_back(found[i]);
    }
  }
  return common;
}

std::vector<Parameter> with_own_of(const Command& program, std::vector<Parameter> options) {
  std::ranges::copy_if(program.options, std::back_inserter(options), [&](const Parameter& option) {
    return std::ranges::count(options, option) == 0;
  });
  return options;
}

// Of a command's options those that it alone has, and a line about the others.
std::string options_of(const Command& command, const std::vector<Parameter>& common) {
  std::vector<Parameter> own;
  std::string others;
  for (const Parameter& option : command.options) {
    if (std::ranges::count(common, option) == 0) {
      own.push_back(option);
    } else if (option.names.back() != "--help") {
      others += (others.empty() ? ".Fl " : " , Fl ") + option.names.back().substr(1);
    }
  }
  std::string out = man_list(command.arguments, own);
  if (!others.empty()) {
    out += ".Pp\nAlso takes\n" + others + " .\n";
  }
  return out;
}

std::string examples_of(const Command& command) {
  if (command.examples.empty()) {
    return "";
  }
  std::string out = ".Pp\n.Bd -literal -offset indent -compact\n";
  for (const std::string& example : command.examples) {
    out += mdoc_literal(example) + '\n';
  }
  return out + ".Ed\n";
}

// Of a command that has others below it only what they are about. Its notes are said before its
// options: they explain what the options speak of.
std::string section(const Command& command, const std::vector<Parameter>& common) {
  std::string out = ".Ss penstock " + command.path + '\n' + mdoc_prose(command.help + '.');
  if (!is_leaf(command)) {
    return out;
  }
  if (const std::string notes = mdoc_prose(command.notes); !notes.empty()) {
    out += ".Pp\n" + notes;
  }
  return out + options_of(command, common) + examples_of(command);
}

}  // namespace

std::string man_page(const Command& program, std::string_view version) {
  const std::vector<const Command*> commands = all_commands(program);
  const std::vector<Parameter> common = common_options(commands);
  std::string out =
      ".\\\" Generated from the definition of the command line: change it there.\n.Dd " +
      std::string(man_date) + "\n.Dt PENSTOCK 1\n.Os penstock " + std::string(version) +
      "\n.Sh NAME\n.Nm penstock\n.Nd " + program.help + '\n' + synopsis(commands) +
      std::string(man_description) + ".Sh COMMANDS\n";
  for (const Command* command : commands) {
    if (command != &program) {
      out += section(*command, common);
    }
  }
  out += ".Sh OPTIONS\nThose of several commands, and of\n.Nm\nalone:\n" +
         man_list({}, with_own_of(program, common));
  return out + std::string(man_rest);
}

}  // namespace penstock::cli::doc
