#include "cli/doc/commands_page.hpp"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "cli/run.hpp"
#include "unit/cli/doc/small_program.hpp"

namespace penstock::cli::doc {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(CommandsPage, IsTheOneOfTheDocumentation) {
  std::ifstream in(std::string(PENSTOCK_SOURCE_DIR) + "/docs/commands.md", std::ios::binary);
  std::ostringstream there;
  there << in.rdbuf();
  std::string made;
  with_parser([&](const CLI::App& parser) { made = commands_page(describe(parser)); });
  EXPECT_TRUE(there.str() == made) << "docs/commands.md is stale: build the target commands_doc";
}

TEST(CommandsPage, HasEachCommandThatCanBeRun) {
  const std::string page = commands_page(small_program());
  EXPECT_THAT(page, HasSubstr("\n## penstock run\n"));
  EXPECT_THAT(page, HasSubstr("\n## penstock left-over retry\n\nAgain.\n"));
  EXPECT_THAT(page, HasSubstr("\n| `WHERE …`, optional | Places |\n"));
  EXPECT_THAT(page, HasSubstr("\n```sh\npenstock left-over retry\n"));
  EXPECT_THAT(page, Not(HasSubstr("\n## penstock left-over\n")));
}

TEST(CommandsPage, ABarEndsNoTableAndABracketBeginsNoTag) {
  Parameter output = flag("-o", "A <tag>, `<code>`");
  output.names.emplace_back("--output");
  output.kind = ValueKind::words;
  output.value = "table|json";
  Command look;
  look.path = "look";
  look.options = {output};
  Command program;
  program.commands = {look};
  EXPECT_THAT(commands_page(program),
              HasSubstr("\n| `-o`, `--output table\\|json` | A &lt;tag>, `<code>` |\n"));
}

}  // namespace
}  // namespace penstock::cli::doc
