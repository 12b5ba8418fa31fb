#include "cli/rows.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace penstock::cli {
namespace {

std::string printed(Output output) {
  std::ostringstream out;
  print(out, {{"key", "text"}, {{"a", "\"1\""}, {"longer", ""}, {"b", "\x1b[1m"}}}, output);
  return out.str();
}

TEST(Rows, TableAlignsColumnsAndKeepsTheTerminalSafe) {
  EXPECT_EQ(printed(Output::table),
            "KEY     TEXT\n"
            "a       \"1\"\n"
            "longer  -\n"
            "b       \\x1b[1m\n");
}

TEST(Rows, JsonIsOneArray) {
  EXPECT_EQ(printed(Output::json), R"([{"key":"a","text":"\"1\""},{"key":"longer","text":""},)"
                                   R"({"key":"b","text":"\u001b[1m"}])"
                                   "\n");
}

TEST(Rows, NdjsonIsAnObjectALine) {
  EXPECT_EQ(printed(Output::ndjson), R"({"key":"a","text":"\"1\""})"
                                     "\n"
                                     R"({"key":"longer","text":""})"
                                     "\n"
                                     R"({"key":"b","text":"\u001b[1m"})"
                                     "\n");
}

}  // namespace
}  // namespace penstock::cli
