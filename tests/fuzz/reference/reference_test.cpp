// The references are what fuzzers believe: they are held to the examples of their RFCs.
#include <gtest/gtest.h>

#include "fuzz/reference/chunked.hpp"
#include "fuzz/reference/json_value.hpp"
#include "fuzz/reference/strict_json.hpp"

namespace penstock::fuzz {
namespace {

using Verdict = JsonReading::Verdict;
constexpr std::size_t depth = 3;

Verdict verdict(std::string_view text) { return read_json(text, depth).verdict; }

TEST(StrictJson, TakesWhatTheGrammarAllows) {
  for (const char* const text :
       {"0", "-0", "1.5e+10", "1E-3", " null\t", "[ ]", "{ }", "[1,[2,[3]]]", R"({"a" : "b"})",
        R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud800")", "\"\x7f\""}) {
    EXPECT_EQ(verdict(text), Verdict::valid) << text;
  }
}

TEST(StrictJson, RefusesTheRest) {
  for (const char* const text :
       {"",        " ",         "00",       "+1",     ".5",   "1.",        "1e",
        "-",       "nul",       "True",     "[1,]",   "[,1]", "{\"a\"}",   "{\"a\":}",
        "{a:1}",   "{1:1}",     "[1 2]",    "1 2",    "'a'",  "\"",        "[",
        "\"\\x\"", "\"\\u12\"", "\"\x1f\"", "\"\t\"", "[1]]", "{\"a\":1,}"}) {
    EXPECT_EQ(verdict(text), Verdict::invalid) << text;
  }
  EXPECT_EQ(verdict(std::string_view("1\0", 2)), Verdict::invalid);
}

TEST(StrictJson, CallsTooDeepWhatIsValidUpToThere) {
  EXPECT_EQ(verdict("[[[[x"), Verdict::too_deep);
  EXPECT_EQ(verdict("[[x[["), Verdict::invalid);
  EXPECT_EQ(verdict(R"({"a":{"b":[{}]}})"), Verdict::too_deep);
}

TEST(StrictJson, ReadsOneValueOfSeveral) {
  const JsonReading first = read_json_prefix(" {} [", depth);
  EXPECT_EQ(first.verdict, Verdict::valid);
  EXPECT_EQ(first.end, 4u);
}

TEST(StrictJson, KnowsWhatStringsMean) {
  const auto text = [](std::string_view json) {
    return utf8_of(read_json(json, depth).value.text);
  };
  EXPECT_EQ(text(R"("\u00e9\u20ac\ud83d\ude00")"), "é€😀");
  EXPECT_EQ(text(R"("é€😀")"), "é€😀");
  EXPECT_EQ(text(R"("\ude00\ud83d")"), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(StrictJson, FindsTheLastMemberOfAName) {
  const JsonReading json = read_json(R"({"a":1,"\u0061":2,"b":3})", depth);
  ASSERT_NE(json.value.last("a"), nullptr);
  EXPECT_EQ(json.value.last("a")->written, "2");
  EXPECT_EQ(json.value.last("c"), nullptr);
}

TEST(StrictJson, TellsWhatTheSameValueIs) {
  const auto same = [](std::string_view a, std::string_view b) {
    return same_value(read_json(a, depth).value, read_json(b, depth).value);
  };
  EXPECT_EQ(same(R"({"a":1.10,"b":"A"})", R"({"b":"\u0041", "a":11e-1})"), true);
  EXPECT_EQ(same("[-0]", "[0.0e7]"), true);
  EXPECT_EQ(same("[100]", "[1e2]"), true);
  EXPECT_EQ(same("[1,2]", "[2,1]"), false);
  EXPECT_EQ(same(R"({"a":1,"a":2})", R"({"a":2,"a":1})"), false);
  EXPECT_EQ(same("[-1]", "[1]"), false);
  EXPECT_EQ(same("[1e9999999999999999]", "[1]"), std::nullopt);
}

TEST(StrictJson, CutsFractionsOff) {
  const auto whole = [](std::string_view number) { return whole_part(*decimal_of(number)); };
  EXPECT_EQ(whole("-1.99"), -1);
  EXPECT_EQ(whole("12.5e1"), 125);
  EXPECT_EQ(whole("1e-9"), 0);
  EXPECT_EQ(whole("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(whole("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(whole("9223372036854775808"), std::nullopt);
  EXPECT_EQ(whole("1e19"), std::nullopt);
}

TEST(StrictJson, WritesWithoutWhiteSpace) {
  const std::string text = R"( { "a b" : [ 1.0 , "\u0041" , { } , null , true , false ] } )";
  EXPECT_EQ(compact(read_json(text, depth).value), R"({"a b":[1.0,"\u0041",{},null,true,false]})");
}

TEST(StrictUtf8, IsThatOfTheRfc) {
  for (const char* const text : {"a", "é", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_strict_utf8(text)) << text;
  }
  for (const char* const text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_FALSE(is_strict_utf8(text)) << text;
  }
}

TEST(Dechunk, ReadsWhatTheRfcShows) {
  EXPECT_EQ(dechunk("0\r\n\r\n"), "");
  EXPECT_EQ(dechunk("4\r\nab\r\n\r\n00a;x;y=z\r\n0123456789\r\n0\r\nExpires: never\r\n\r\n"),
            "ab\r\n0123456789");
  for (const char* const bad : {"", "0\r\n", "0\n\r\n", "g\r\n\r\n", "2\r\nabc\r\n0\r\n\r\n",
                                "2\r\nab0\r\n\r\n", "1;\r\na\r\n0\r\n\r\n", "0\r\nno field\r\n\r\n",
                                "0\r\n\r\nmore", "ffffffffffffffff\r\na"}) {
    EXPECT_EQ(dechunk(bad), std::nullopt) << bad;
  }
}

TEST(LinesOf, EndsEachAtItsLineFeed) {
  const auto lines = lines_of("a\r\n\nb");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].bytes, "a\r");
  EXPECT_EQ(lines[1].bytes, "");
  EXPECT_TRUE(lines[1].ended);
  EXPECT_EQ(lines[2].bytes, "b");
  EXPECT_FALSE(lines[2].ended);
  EXPECT_TRUE(lines_of("").empty());
}

}  // namespace
}  // namespace penstock::fuzz
