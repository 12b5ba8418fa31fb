// Which file the configuration is read from, and what is said where there is none.
#include <gmock/gmock.h>

#include <filesystem>

#include "unit/settings/support.hpp"

namespace penstock::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using LoadFile = SettingsTest;

TEST_F(LoadFile, SaysWhichFileIsMissing) {
  Inputs given;
  given.config_file = directory_ / "none.yaml";
  given.environment = minimal_environment();
  EXPECT_THAT(findings(given),
              ElementsAre(HasSubstr("none.yaml: can't read it: No such file or directory")));
}

TEST_F(LoadFile, WhatAFileThatCannotBeReadWouldHoldIsNotMissing) {
  Inputs given;
  given.config_file = directory_ / "none.yaml";
  EXPECT_THAT(findings(given), ElementsAre(HasSubstr("none.yaml: can't read it: ")));
  EXPECT_THAT(findings("api: [\n"), ElementsAre(HasSubstr("F:2:1: ")));
}

TEST_F(LoadFile, SaysWhereAFileWouldBeWhereThereIsNone) {
  if (std::filesystem::exists("/etc/penstock/penstock.yaml")) {
    GTEST_SKIP() << "there is one";
  }
  Inputs given;
  given.environment["XDG_CONFIG_HOME"] = directory_;
  const std::string home = directory_ / "penstock/penstock.yaml";
  EXPECT_THAT(
      findings(given),
      ElementsAre("there is no file /etc/penstock/penstock.yaml or " + home + ": name one by -c",
                  HasSubstr("api.url: is required"), HasSubstr("sources: is required"),
                  HasSubstr("kafka.brokers: is required")));
}

TEST_F(LoadFile, LooksForTheFileInTheContractsOrder) {
  Inputs given;
  given.environment = minimal_environment();
  std::filesystem::create_directories(directory_ / "penstock");
  const std::string home = file("penstock/penstock.yaml", "log: {level: debug}\n");
  const std::string named = file("named.yaml", "log: {level: error}\n");
  given.environment["XDG_CONFIG_HOME"] = directory_;
  EXPECT_EQ(must_load(given).file, home);
  given.environment["PENSTOCK_CONFIG"] = named;
  EXPECT_EQ(must_load(given).settings.log.level, LogLevel::error);
  given.config_file = home;
  EXPECT_EQ(must_load(given).settings.log.level, LogLevel::debug);
}

TEST_F(LoadFile, PassesAFileThatNobodyNamedAndThatCannotBeReadWhereThatIsWanted) {
  Inputs given;
  given.environment = minimal_environment();
  std::filesystem::create_directories(directory_ / "penstock");
  const std::filesystem::path home = directory_ / "penstock/penstock.yaml";
  std::filesystem::create_symlink(home, home);  // root, too, can't read that
  given.environment["XDG_CONFIG_HOME"] = directory_;
  EXPECT_THAT(findings(given), ElementsAre(HasSubstr("penstock.yaml: can't read it: ")));
  given.passes_unreadable = true;
  const Loaded loaded = must_load(given);
  EXPECT_EQ(loaded.passed, home);
  EXPECT_EQ(loaded.file, "");
  given.config_file = home;
  EXPECT_THAT(findings(given), ElementsAre(HasSubstr("penstock.yaml: can't read it: ")));
}

}  // namespace
}  // namespace penstock::settings
