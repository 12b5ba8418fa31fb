#include "penstock/remote/value_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::remote {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

struct Split {
  std::vector<std::string> values;
  std::string error;
  bool operator==(const Split&) const = default;
};

// The text in pieces of `step` bytes.
Split split(std::string_view text, std::size_t step = 1'000'000, Bytes max_value = 1_MiB) {
  Split result;
  ValueSplitter splitter(max_value, [&](std::string_view value) {
    result.values.emplace_back(value);
    return true;
  });
  bool more = true;
  for (std::size_t at = 0; more && at < text.size(); at += step) {
    more = splitter.feed(text.substr(at, step));
  }
  if (const auto end = splitter.finish(); !end) {
    result.error = end.error().what;
  }
  return result;
}

TEST(ValueSplitter, ReadsOneValueAnArrayAndValuesOneAfterAnother) {
  for (const char* text : {R"({"a":1}{"b":[2,{}]})", "{\"a\":1}\n{\"b\":[2,{}]}\n",
                           "[{\"a\":1},{\"b\":[2,{}]}]", "[\n{\"a\" : 1} ,\r\n{\"b\":[2, {}]}\n]\n",
                           "{\n  \"a\": 1\n}\n{\n\t\"b\": [\n    2,\n    { }\n  ]\n}"}) {
    for (const std::size_t step : {1u, 2u, 3u, 1000u}) {
      const Split found = split(text, step);
      EXPECT_THAT(found.values, ElementsAre(R"({"a":1})", R"({"b":[2,{}]})")) << text;
      EXPECT_EQ(found.error, "") << text;
    }
  }
}

TEST(ValueSplitter, LeavesStringsAsTheyAre) {
  const std::string value = R"({"a b":" \" ] } \\","c":"\\\"[{, "})";
  for (const std::size_t step : {1u, 2u, 5u, 1000u}) {
    EXPECT_THAT(split("[ " + value + " ]", step).values, ElementsAre(value));
  }
}

// Else it would be another value, a valid one.
TEST(ValueSplitter, LeavesABlankBetweenTwoWordsOfAValue) {
  for (const std::size_t step : {1u, 2u, 3u, 5u, 1000u}) {
    EXPECT_THAT(split("[{\"port\":4 43}, { \"a\" : 1 } ]", step).values,
                ElementsAre("{\"port\":4 43}", R"({"a":1})"));
    EXPECT_THAT(split("{\"a\":tr \t\r\n ue}{\"b\":[1 , -\n2]}", step).values,
                ElementsAre(R"({"a":tr ue})", R"({"b":[1,- 2]})"));
    EXPECT_THAT(split("{ \"1\" : 1 , \"2\" : [ 2 , { } , 3 ] }", step).values,
                ElementsAre(R"({"1":1,"2":[2,{},3]})"));
  }
}

TEST(ValueSplitter, ReadsNumbersAndWordsByThemselves) {
  EXPECT_THAT(split("1 -2.5e+3\ntrue null \"x y\"").values,
              ElementsAre("1", "-2.5e+3", "true", "null", "\"x y\""));
  EXPECT_THAT(split("[1,\"]\",false]").values, ElementsAre("1", "\"]\"", "false"));
}

TEST(ValueSplitter, FindsNothingInNothing) {
  for (const char* text : {"", " \r\n", "[]", "[ ]\n[\t]"}) {
    EXPECT_EQ(split(text), Split{}) << text;
  }
}

TEST(ValueSplitter, SaysWhereAnAnswerIsNoJson) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"<html>", "`<` begins no JSON value (byte 0)"},
      {"[1 2]", "there is no comma (byte 3)"},
      {"[1,]", "`]` begins no JSON value (byte 3)"},
      {"{\"a\":[1}", "`}` closes what is not open (byte 7)"},
      {"[{\"a\":1}", "ends within a value or an array (byte 8)"},
      {"{\"a\":\"x", "ends within a value or an array (byte 7)"},
      {"{\"a\":\"\\", "ends within a value or an array"},
      {"[1,", "ends within a value or an array"},
      {"\x1b[31m", "`\\x1b` begins no JSON value"},
      {"}", "`}` begins no JSON value"}};
  for (const auto& [text, error] : cases) {
    for (const std::size_t step : {1u, 1000u}) {
      EXPECT_THAT(split(text, step).error, HasSubstr(error)) << text;
    }
  }
}

TEST(ValueSplitter, GivesWhatStoodBeforeAnError) {
  EXPECT_THAT(split("{\"a\":1}\n{\"b\":2}\noops!").values,
              ElementsAre(R"({"a":1})", R"({"b":2})", "oops"));
}

TEST(ValueSplitter, HoldsNoValueAboveItsBound) {
  const std::string value = "\"" + std::string(62, 'x') + "\"";
  EXPECT_THAT(split("[" + value + "," + value + "]", 7, Bytes{64}).values,
              ElementsAre(value, value));
  EXPECT_THAT(split(value, 7, Bytes{63}).error, HasSubstr("a value is longer than 63B"));
  EXPECT_THAT(split("{\"a\":" + std::string(100, '1') + "}", 7, Bytes{63}).error,
              HasSubstr("a value is longer than 63B"));
}

TEST(ValueSplitter, EndsWhereNoMoreIsWanted) {
  int calls = 0;
  ValueSplitter splitter(1_MiB, [&](std::string_view) { return ++calls < 2; });
  EXPECT_FALSE(splitter.feed("[1,2,3,4]"));
  EXPECT_FALSE(splitter.feed("[5]"));
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(splitter.finish());
  EXPECT_EQ(splitter.values(), 2U);
}

}  // namespace
}  // namespace penstock::remote
