#include "cli/doc/command_tree.hpp"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace penstock::cli::doc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CommandTree : public testing::Test {
 protected:
  CommandTree() { app_.set_help_flag(); }

  Parameter described(const std::string& type) {
    app_.add_option("--option", value_, "Help")->type_name(type);
    return describe(app_).options.at(0);
  }

  CLI::App app_{"What it does", "program"};
  std::string value_;
  std::vector<std::string> values_;
};

TEST_F(CommandTree, HasTheCommandsWithTheirPaths) {
  CLI::App* journal = app_.add_subcommand("journal", "Look into\na journal");
  journal->add_subcommand("ls", "Show");
  app_.add_subcommand("run", "Run");
  const Command program = describe(app_);
  EXPECT_EQ(program.path, "");
  EXPECT_EQ(program.commands.at(0).help, "Look into a journal");
  std::vector<std::string> paths;
  for (const Command* command : all_commands(program)) {
    paths.push_back(command->path);
  }
  EXPECT_THAT(paths, ElementsAre("", "journal", "journal ls", "run"));
  EXPECT_EQ(name_of(program.commands[0].commands[0]), "ls");
  EXPECT_EQ(name_of(program.commands[1]), "run");
}

TEST_F(CommandTree, TellsOptionsFlagsAndArgumentsApart) {
  bool flag = false;
  app_.add_option("-c,--config", value_, "Of this kind")->type_name("FILE");
  app_.add_flag("--all", flag, "All of\nthem");
  app_.add_option("where", values_, "There")->type_name("WHERE");
  app_.add_option("directory", value_, "Here")->type_name("DIR")->required();
  const Command program = describe(app_);
  EXPECT_THAT(
      program.options,
      ElementsAre(Parameter{.names = {"-c", "--config"},
                            .help = "Of this kind",
                            .kind = ValueKind::file,
                            .value = "FILE",
                            .words = {}},
                  Parameter{.names = {"--all"}, .help = "All of them", .value = {}, .words = {}}));
  EXPECT_THAT(program.arguments, ElementsAre(Parameter{.names = {},
                                                       .help = "There",
                                                       .kind = ValueKind::text,
                                                       .value = "WHERE",
                                                       .words = {},
                                                       .repeated = true},
                                             Parameter{.names = {},
                                                       .help = "Here",
                                                       .kind = ValueKind::directory,
                                                       .value = "DIR",
                                                       .words = {},
                                                       .required = true}));
}

TEST_F(CommandTree, LeavesOutWhatIsHidden) {
  app_.add_option("--old", value_, "Refused")->group("");
  EXPECT_THAT(describe(app_).options, testing::IsEmpty());
}

TEST_F(CommandTree, AnOptionMayBeRepeatedWhereItFillsAList) {
  app_.add_option("--set", values_, "Help")->type_name("KEY=VALUE")->allow_extra_args(false);
  EXPECT_TRUE(describe(app_).options.at(0).repeated);
}

TEST_F(CommandTree, OnlyAHeadingOfTheProgramsOwnIsAGroup) {
  app_.add_option("--usual", value_, "Help");
  app_.add_option("--seed", value_, "Help")->group("Events");
  const Command program = describe(app_);
  EXPECT_EQ(program.options.at(0).group, "");
  EXPECT_EQ(program.options.at(1).group, "Events");
}

TEST_F(CommandTree, WordsAreThoseOfTheValuesName) {
  const Parameter option = described("table|json");
  EXPECT_EQ(option.kind, ValueKind::words);
  EXPECT_THAT(option.words, ElementsAre("table", "json"));
}

TEST_F(CommandTree, WhatStandsForAValueIsNoWord) {
  EXPECT_THAT(described("N|all").words, ElementsAre("all"));
}

TEST_F(CommandTree, WordsAreThoseThatAreChecked) {
  app_.add_option("--reason", value_, "Why")
      ->type_name("REASON")
      ->check(CLI::IsMember({"this", "that"}));
  const Parameter option = describe(app_).options.at(0);
  EXPECT_EQ(option.value, "REASON");
  EXPECT_THAT(option.words, ElementsAre("this", "that"));
}

TEST_F(CommandTree, SourcesAreTheFourStreams) {
  EXPECT_THAT(described("SOURCE").words, ElementsAre("firehose", "stream", "torrent", "sinkhole"));
}

TEST_F(CommandTree, AFileMayHaveAKind) { EXPECT_EQ(described("FILE.json").kind, ValueKind::file); }

TEST_F(CommandTree, APlaceIsNoListOfWords) {
  const Parameter option = described("HOST:PORT");
  EXPECT_EQ(option.kind, ValueKind::text);
  EXPECT_EQ(option.value, "HOST:PORT");
  EXPECT_THAT(option.words, IsEmpty());
}

TEST_F(CommandTree, TakesNotesAndExamplesOutOfTheFooter) {
  app_.footer("One,\ntwo.\nExample: program a\nExample: program b > c");
  const Command program = describe(app_);
  EXPECT_EQ(program.notes, "One,\ntwo.\n");
  EXPECT_THAT(program.examples, ElementsAre("program a", "program b > c"));
}

TEST_F(CommandTree, AnExampleGoesOnBehindABackslash) {
  app_.footer("Example: program a \\\n         --b\nA note.");
  const Command program = describe(app_);
  EXPECT_THAT(program.examples, ElementsAre("program a \\\n    --b"));
  EXPECT_EQ(program.notes, "A note.\n");
}

}  // namespace
}  // namespace penstock::cli::doc
