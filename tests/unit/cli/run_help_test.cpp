// Every command's help teaches: it has examples, and they are right.
#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/doc/command_tree.hpp"
#include "cli/help_formatter.hpp"
#include "cli/run.hpp"

namespace penstock::cli {
namespace {

doc::Command program() {
  doc::Command described;
  with_parser([&](const CLI::App& parser) { described = doc::describe(parser); });
  return described;
}

std::vector<std::string> words_of(std::string_view path) {
  std::istringstream in{std::string(path)};
  return {std::istream_iterator<std::string>(in), {}};
}

// What the shell gives to the program: nothing from `>` or `|` on, and lines that go on are one.
std::string arguments_of(std::string example) {
  example = example.substr(0, std::min(example.find(" >"), example.find(" |")));
  std::erase(example, '\\');
  return example;
}

TEST(Help, EveryCommandHasAnExampleOfItself) {
  const doc::Command root = program();
  for (const doc::Command* command : all_commands(root)) {
    EXPECT_FALSE(command->examples.empty()) << "penstock " << command->path;
    for (const std::string& example : command->examples) {
      const std::string begin = "penstock" + (command->path.empty() ? "" : " " + command->path);
      EXPECT_TRUE((example + ' ').starts_with(begin + ' ')) << example;
    }
  }
}

TEST(Help, EveryExampleCanBeParsed) {
  const doc::Command root = program();
  for (const doc::Command* command : all_commands(root)) {
    for (const std::string& example : command->examples) {
      with_parser([&](CLI::App& parser) {
        EXPECT_NO_THROW(parser.parse(arguments_of(example), true)) << example;
      });
    }
  }
}

TEST(Help, AWrongExampleCanNotBeParsed) {
  for (const char* wrong : {"penstock nope", "penstock gaps --nope", "penstock gaps -o xml"}) {
    with_parser([&](CLI::App& parser) {
      EXPECT_THROW(parser.parse(arguments_of(wrong), true), CLI::ParseError) << wrong;
    });
  }
}

// The parsers of all commands, each as `use(path, parser)`.
template <class Use>
void for_each_parser(Use use) {
  const doc::Command root = program();
  for (const doc::Command* command : all_commands(root)) {
    with_parser([&](const CLI::App& parser) {
      const CLI::App* app = &parser;
      for (const std::string& word : words_of(command->path)) {
        app = app->get_subcommands([&](const CLI::App* below) { return below->get_name() == word; })
                  .front();
      }
      use(command->path, *app);
    });
  }
}

TEST(Help, StaysWithinEightyColumns) {
  for_each_parser([](const std::string& path, const CLI::App& parser) {
    std::istringstream lines(parser.help());
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 80) << path << ": " << line;
    }
  });
}

TEST(Help, FillsTheLinesOfAFooter) {
  const auto stands_alone = [](const std::string& line) {
    return line.empty() || line.starts_with(' ') || line.starts_with("- ") ||
           line.starts_with("Example: ");
  };
  for_each_parser([&](const std::string& path, const CLI::App& parser) {
    std::istringstream lines(HelpFormatter().make_footer(&parser));
    std::string before;
    for (std::string line; std::getline(lines, line); before = line) {
      if (!stands_alone(before) && !stands_alone(line)) {
        EXPECT_GT(before.size() + 1 + std::min(line.find(' '), line.size()), 80)
            << path << ": " << before;
      }
    }
  });
}

TEST(Help, NamesEveryValue) {
  const doc::Command root = program();
  // CLI11's own names where none is given.
  const std::set<std::string> unnamed{"", "INT", "UINT", "FLOAT"};
  const auto named = [&](const doc::Parameter& parameter) {
    return parameter.kind == doc::ValueKind::none || !unnamed.contains(parameter.value);
  };
  for (const doc::Command* command : all_commands(root)) {
    for (const auto& parameters : {command->options, command->arguments}) {
      for (const doc::Parameter& parameter : parameters) {
        EXPECT_FALSE(parameter.help.empty()) << command->path;
        EXPECT_TRUE(named(parameter)) << command->path << ": " << parameter.help;
      }
    }
  }
}

}  // namespace
}  // namespace penstock::cli
