#include "penstock/core/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace penstock {
namespace {

TEST(Printable, LeavesPrintableAsciiAlone) {
  std::string all;
  for (char c = ' '; c <= '~'; ++c) {
    if (c != '\\') {
      all += c;
    }
  }
  EXPECT_EQ(printable(all), all);
}

TEST(Printable, WritesEverythingElseInHex) {
  EXPECT_EQ(printable("a\n\r\t\x1b[0m\x7f"), R"(a\x0a\x0d\x09\x1b[0m\x7f)");
  EXPECT_EQ(printable("\xc3\xa9\xff"), R"(\xc3\xa9\xff)");
  EXPECT_EQ(printable(std::string_view("\0", 1)), R"(\x00)");
}

TEST(Printable, KeepsItsOwnEscapesApartFromTheText) {
  EXPECT_EQ(printable("\\x41"), R"(\\x41)");
  EXPECT_NE(printable("\\x0a"), printable("\n"));
}

TEST(Printable, CutsAtItsLimit) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
  EXPECT_EQ(printable(std::string(201, 'x')), std::string(200, 'x') + "...");
  EXPECT_EQ(printable("a", 0), "...");
  EXPECT_EQ(printable("", 0), "");
}

TEST(DidYouMean, IsAHintThatCanBeShown) {
  EXPECT_EQ(did_you_mean("run"), "; did you mean `run`?");
  EXPECT_EQ(did_you_mean("a\n"), R"(; did you mean `a\x0a`?)");
  EXPECT_EQ(did_you_mean(""), "");
}

TEST(TerminalSafe, LeavesLinesOfUtf8Alone) {
  const std::string lines =
      "{\"a\":\t\"stra\xc3\x9f"
      "e \xe2\x82\xac \xf0\x9f\x98\x80\\u001b\"}\n\n";
  EXPECT_EQ(terminal_safe(lines), lines);
}

TEST(TerminalSafe, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(terminal_safe("\x1b[31m\r\x07\x7f\n"), "\\u001b[31m\\u000d\\u0007\\u007f\n");
  EXPECT_EQ(terminal_safe("\xc2\x9b"
                          "31m \xc2\xa0"),
            "\\u009b31m \xc2\xa0");
}

TEST(TerminalSafe, EscapesWhatTurnsTheDirectionOfText) {
  EXPECT_EQ(terminal_safe("\u202ea\u2069"), R"(\u202ea\u2069)");
}

TEST(TerminalSafe, ShowsBytesThatAreNoText) {
  EXPECT_EQ(terminal_safe("a\xff\xc2\n\x9b"), "a\\xff\\xc2\n\\x9b");
}

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", "", 9), 0u);
  EXPECT_EQ(edit_distance("same", "same", 9), 0u);
  EXPECT_EQ(edit_distance("", "abc", 9), 3u);
  EXPECT_EQ(edit_distance("abc", "", 9), 3u);
  EXPECT_EQ(edit_distance("broker", "brokers", 9), 1u);
  EXPECT_EQ(edit_distance("brokers", "broker", 9), 1u);
  EXPECT_EQ(edit_distance("kafka", "kavka", 9), 1u);
  EXPECT_EQ(edit_distance("kafka", "akfka", 9), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting", 9), 3u);
}

TEST(EditDistance, CountsNoFurtherThanItIsAsked) {
  const std::array<std::string, 8> words{"", "a", "ab", "ba", "abcd", "badc", "badcfe", "xyxyxy"};
  for (const auto& a : words) {
    for (const auto& b : words) {
      const std::size_t distance = edit_distance(a, b, 9);
      EXPECT_EQ(distance, edit_distance(b, a, 9)) << a << " " << b;
      for (std::size_t most = 0; most < 9; ++most) {
        EXPECT_EQ(edit_distance(a, b, most), std::min(distance, most + 1)) << a << " " << b;
      }
    }
  }
}

TEST(Nearest, FindsWhatAUserMeant) {
  const std::vector<std::string_view> known{"stall_timeout", "path", "jobs", "filter"};
  EXPECT_EQ(nearest("stal_timeout", known), "stall_timeout");
  EXPECT_EQ(nearest("stalltimeout", known), "stall_timeout");
  EXPECT_EQ(nearest("fitler", known), "filter");
  EXPECT_EQ(nearest("jobs", known), "jobs");
}

TEST(Nearest, PrefersTheSmallestDistance) {
  const std::vector<std::string_view> known{"brokers_x", "brokers", "broker"};
  EXPECT_EQ(nearest("brokerz", known), "brokers");
  EXPECT_EQ(nearest("broker", known), "broker");
}

TEST(Nearest, FindsNothingInWordsFarAway) {
  const std::vector<std::string_view> known{"stall_timeout", "filter"};
  EXPECT_EQ(nearest("compression", known), "");
  EXPECT_EQ(nearest("anything", std::vector<std::string_view>{}), "");
}

TEST(EqualIgnoringCase, LooksAtAsciiLettersOnly) {
  EXPECT_TRUE(iequals_ascii("Retry-After", "rETRY-aFTER"));
  EXPECT_TRUE(iequals_ascii("", ""));
  EXPECT_FALSE(iequals_ascii("abc", "abcd"));
  EXPECT_FALSE(iequals_ascii("@[", "`{"));  // 32 apart, but no letters
  EXPECT_FALSE(iequals_ascii("\xc3\x89", "\xc3\xa9"));
}

}  // namespace
}  // namespace penstock
