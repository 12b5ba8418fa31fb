// What the command line takes, as values: out of the definitions that it is parsed with, and what
// man page and completions are made of. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace penstock::cli::doc {

enum class ValueKind : std::uint8_t {
  none,  // a flag
  text,  // nobody can know
  file,
  directory,
  words,  // one of Parameter::words
};

// An option or flag, or an argument, which is known by its place.
struct Parameter {
  std::vector<std::string> names;  // "-c", "--config"; an argument has none
  std::string help;                // one line
  ValueKind kind = ValueKind::none;
  std::string value;  // what help calls it: FILE
  std::vector<std::string> words;
  bool required = false;
  bool repeated = false;
  std::string group = {};  // the heading it stands below in its help; empty: the usual one
  bool operator==(const Parameter&) const = default;
};

struct Command {
  std::string path;  // "journal ls"; empty: the program itself
  std::string help;  // one line
  std::vector<Parameter> options;
  std::vector<Parameter> arguments;   // by place
  std::string notes;                  // what its help says below the options, in lines
  std::vector<std::string> examples;  // of several lines where one ends with a backslash
  std::vector<Command> commands;
};

// The kind of a value follows from its name: FILE (FILE.json, too), DIR, SOURCE (the four streams'
// names), `a|b|c` (but not the N of `N|a`); words that CLI::IsMember checks are found, too.
Command describe(const CLI::App& program);

// The command and all below it, in the order of the definitions.
std::vector<const Command*> all_commands(const Command& program);

// The last word of its path.
std::string name_of(const Command& command);

}  // namespace penstock::cli::doc
