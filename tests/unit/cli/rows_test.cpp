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

TEST(Rows, NumbersAndTimesAreThoseOfJson) {
  const auto shown = [](Output output) {
    std::ostringstream out;
    print(out,
          {{"lines", "from", "to"},
           {{std::uint64_t{7}, *parse_rfc3339("2026-11-23T20:15:30.25Z"), {}}}},
          output);
    return out.str();
  };
  EXPECT_EQ(shown(Output::ndjson), R"({"lines":7,"from":"2026-11-23T20:15:30.250Z","to":null})"
                                   "\n");
  EXPECT_EQ(shown(Output::table),
            "LINES  FROM                  TO\n"
            "7      2026-11-23T20:15:30Z  -\n");
}

}  // namespace
}  // namespace penstock::cli
