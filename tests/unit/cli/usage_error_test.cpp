#include "cli/usage_error.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace penstock::cli {
namespace {

std::string wrong(std::vector<const char*> arguments) {
  CLI::App parser("", "penstock");
  parser.require_subcommand(1);
  parser.add_subcommand("run");
  CLI::App* const query = parser.add_subcommand("query");
  query->require_subcommand(1);
  query->add_subcommand("latest")->add_option("target");
  arguments.insert(arguments.begin(), "penstock");
  try {
    parser.parse(static_cast<int>(arguments.size()), arguments.data());
    ADD_FAILURE() << "it was parsed";
  } catch (const CLI::ParseError&) {
  }
  return wrong_command(parser);
}

TEST(WrongCommand, IsNamedWithTheOneThatMayBeMeant) {
  EXPECT_EQ(wrong({"rnu"}), "`rnu` is no command; did you mean `run`?");
  EXPECT_EQ(wrong({"query", "latst", "192.0.2.7"}),
            "`latst` is no command; did you mean `latest`?");
  EXPECT_EQ(wrong({"\x1b[31mxyz"}), "`\\x1b[31mxyz` is no command");
}

TEST(WrongCommand, IsNotWhatIsWrongElsewhere) {
  EXPECT_EQ(wrong({}), "");
  EXPECT_EQ(wrong({"query"}), "");
  EXPECT_EQ(wrong({"--bogus"}), "");
  EXPECT_EQ(wrong({"query", "latest", "a", "--bogus"}), "");
}

}  // namespace
}  // namespace penstock::cli
