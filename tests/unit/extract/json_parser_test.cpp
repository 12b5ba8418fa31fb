#include "extract/json_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/text.hpp"

namespace penstock::extract {
namespace {

using namespace std::string_view_literals;

// Writes down what it is told.
struct Recorder {
  std::string heard;
  void begin_object() { heard += "{"; }
  void begin_array() { heard += "["; }
  void end() { heard += ")"; }
  void key(JsonString name) { piece('k', name.raw, name.escaped); }
  void string(JsonString value) { piece('s', value.raw, value.escaped); }
  void number(std::string_view value) { piece('n', value, false); }
  void literal(std::string_view word) { piece('l', word, false); }
  void piece(char kind, std::string_view raw, bool escaped) {
    heard += ' ';
    heard += kind;
    heard += escaped ? "\\" : "";
    heard += raw;
  }
};

JsonResult parse(std::string_view text) {
  // A copy without a byte behind it, so that AddressSanitizer sees a read beyond the end.
  const std::vector<char> exact(text.begin(), text.end());
  Recorder recorder;
  return parse_json({exact.data(), exact.size()}, recorder);
}

std::string heard(std::string_view text) {
  Recorder recorder;
  parse_json(text, recorder);
  return recorder.heard;
}

std::string nested(std::size_t depth, char open, char close) {
  return std::string(depth, open) + std::string(depth, close);
}

TEST(JsonParser, AcceptsWhatTheGrammarAllows) {
  const std::vector<std::string_view> values{
      R"([])", R"({})", R"([ ])", R"({ })", "[\t1 ,\n2\r]", R"([[] ])", R"([[[]],{}])", R"([null])",
      R"([true,false,null])", R"([1,null,null,2])", R"([""])", R"([" "])",
      // numbers
      R"([0])", R"([-0])", R"([0.0])", R"([-0.0])", R"([1])", R"([-1])", R"([123])", R"([10])",
      R"([1.5])", R"([0.10])", R"([1e1])", R"([1E1])", R"([1e+1])", R"([1e-1])", R"([1E+01])",
      R"([0e0])", R"([0e+1])", R"([-0e-0])", R"([1.5e3])", R"([123e65])", R"([123.456e78])",
      R"([1e400])", R"([-1e400])", R"([1e-400])", R"([1e99999999999999999999])",
      R"([18446744073709551616])", R"([-9223372036854775809])",
      R"([100000000000000000000000000000000000000000000000000000000000000000000000000000000])",
      R"([-0.000000000000000000000000000000000000000000000000000000000000000000000000000001])",
      // strings
      R"(["\"\\\/\b\f\n\r\t"])", R"(["\u0000"])", R"(["\u0012"])", R"(["\u00e9\uABCD\uabcd"])",
      R"(["\ud83d\ude00"])", R"(["\\u0000"])", R"(["\\\""])", R"(["a/*b*/c"])", "[\"\x7f\"]",
      "[\"\u00e9\u2028\U0001f600\"]", R"(["new\u000Aline"])", R"(["\\a"])",
      // surrogates without a partner are allowed (RFC 8259 section 8.2)
      R"(["\ud800"])", R"(["\udc00"])", R"(["\ud800x"])", R"(["\ud800\n"])", R"(["\ud800\ud800"])",
      R"(["\udc00\ud800"])", R"(["\ud800\u0041"])", R"(["\uDFFF"])",
      // objects
      R"({"":0})", R"({"a":[]})", R"({"a":"b","a":"c"})", R"({"a":{"b":{"c":{}}}})",
      R"({"\u0061":1})", R"({"a\u0000b":1})", "{ \"a\" :\t1 , \"b\"\n:\r2 }",
      // at the root
      R"(null)", R"(true)", R"(false)", R"("a")", R"(0)", R"(-1.5e9)", " [] ", "\t\r\n{}\n\r\t"};
  for (const std::string_view text : values) {
    const JsonVerdict verdict = parse(text).verdict;
    EXPECT_TRUE(verdict == JsonVerdict::object || verdict == JsonVerdict::other_value)
        << printable(text);
  }
}

TEST(JsonParser, RefusesWhatTheGrammarDoesNotAllow) {
  const std::vector<std::string_view> values{
      "", " ", "\r", "\n\n", "\0"sv, "x", "a", "{", "}", "[", "]", ":", ",", "\"", "\\", "-", "{}}",
      "[]]", "[}", "{]", "{\"a\":1]", "[1}", "][", "[][]", "{}{}", "{} {}", "[1]x", "{}#", "{},",
      "1 2", "[1]\0"sv, "{}\0"sv, "\0{}"sv, "[\0]"sv, "[1\0]"sv, "[1,\0 2]"sv, "{\0}"sv,
      // arrays
      "[,]", "[1,]", "[1,,2]", "[,1]", "[1 2]", "[1:2]", "[\"a\":1]", "[1", "[1,", "[1,\n1\n,1",
      "[\"a\"", "[\"\",]", "[x", "[[]", "[3[4]]", "[1 true]", "[-]", "[*]", "[\"a\"", "[\"a", "[{}",
      "[(1)]", "[\v]", "[\f]", "[\a]", "[\u00a0]", "[\u2060]",
      // literals
      "[nul]", "[nulls]", "[tru]", "[truee]", "[True]", "[TRUE]", "[fals]", "[FALSE]", "[none]",
      "[nan]", "[NaN]", "[-NaN]", "[Inf]", "[Infinity]", "[-Infinity]", "[undefined]", "t", "n",
      "fals", "[truefalse]", "[true1]",
      // numbers
      "[01]", "[-01]", "[00]", "[-00]", "[-012]", "[012.3]", "[1.]", "[-1.]", "[1.e1]", "[.5]",
      "[-.5]", "[+1]", "[++1]", "[--1]", "[- 1]", "[1e]", "[1E]", "[1e+]", "[1e-]", "[1.5e]",
      "[1e1.5]", "[1ee1]", "[1e+-1]", "[0x1]", "[0b1]", "[1_000]", "[1,000.]", "[1.2.3]", "[1a]",
      "[1 .5]", "[1. 5]", "[1 e5]", "[-a]", "[-\"1\"]", "[1+2]", "[0e]", "[0.]", "[9.e+]", "-",
      "1.", "1e", "1e+", "[\uff11]",
      // strings
      "[\"\t\"]", "[\"\n\"]", "[\"\r\"]", "[\"\0\"]"sv, "[\"\x01\"]", "[\"\x1f\"]", "[\"a\x1a\"]",
      "[\"long enough for a vector step\x1a and on it goes\"]",
      "[\"long enough for a vector step\x1f and on it goes\"]",
      "[\"long enough for a vector step\0 and on it goes\"]"sv,
      "[\"long enough for a vector step\n and on it goes\"]", "[\"\\x00\"]", "[\"\\a\"]",
      "[\"\\'\"]", "[\"\\0\"]", "[\"\\\0\"]"sv, "[\"\\U0041\"]", "[\"\\v\"]", "[\"\\\t\"]",
      "[\"\\\"]", "[\"\\\\\\\"]", "[\"\\u\"]", "[\"\\u1\"]", "[\"\\u12\"]", "[\"\\u123\"]",
      "[\"\\u123g\"]", "[\"\\u-123\"]", "[\"\\u 123\"]", "[\"\\u+123\"]", "[\"\\ud800\\u\"]",
      "[\"\\ud800\\u1\"]", "[\"\\ud83d\\ude0\"]", "[\"\\", "[\"\\u", "[\"\\u00", "[\"\\u0000",
      "[\"\\\u00e9\"]", "['a']", "[`a`]", "[\\n]", "[\"a\"b]", "[\"a\"\"b\"]", "\"", "\"a",
      "[\u00e9]", "\u201ca\u201d",
      // objects
      "{,}", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{\"a\"::1}", "{\"a\":1,}", "{\"a\":1,,\"b\":2}",
      "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{true:1}",
      "{[]:1}", "{{}:1}", "{\"a\":1:2}", "{\"a\",\"b\"}", "{\"a\":\"b\"", "{\"a\":", "{\"a\"",
      "{\"a", "{\"", "{\"a\":1}x", "{\"a\":1,\"b\"}", "{\"a\":1;\"b\":2}", "{\"a\"=1}",
      "{\"\n\":1}", "{\"a\\\":1}",
      // what other readers let pass
      "\xef\xbb\xbf{}", "\xef\xbb\xbf", "{}\xef\xbb\xbf", "\xff\xfe{\0}\0"sv, "[1]//", "[1]/**/",
      "/**/[1]", "[/**/]", "[1,/*2*/3]", "[#\n1]", "{\"a\":1}//x", "{\"a\":/*x*/1}", "<a>",
      "[<null>]", "#{}", "\x1a{}", "\x1e{}\n", "\x0c{}", "{}\v"};
  for (const std::string_view text : values) {
    EXPECT_EQ(parse(text).verdict, JsonVerdict::invalid) << printable(text);
  }
}

TEST(JsonParser, RefusesEveryControlCharacterAtEveryPlaceInAString) {
  for (char control = 0; control < 0x20; ++control) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text = "[\"" + std::string(40, 'x') + "\"]";
      text[2 + at] = control;
      EXPECT_EQ(parse(text).verdict, JsonVerdict::invalid) << int{control} << " at " << at;
    }
  }
}

TEST(JsonParser, NeedsEveryByteOfAnObject) {
  const std::string text =
      R"({"a":"long enough for a vector step","b":[1.5e+3,-0,true,{"c\u00e9":null}],"d":{}})";
  ASSERT_EQ(parse(text).verdict, JsonVerdict::object);
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(parse(std::string_view(text).substr(0, size)).verdict, JsonVerdict::invalid) << size;
  }
}

TEST(JsonParser, TellsAnObjectFromOtherValues) {
  EXPECT_EQ(parse(R"( {"a":1} )").verdict, JsonVerdict::object);
  for (const std::string_view text : {"[{}]", "[]", "1", "\"{}\"", "null", " true "}) {
    EXPECT_EQ(parse(text).verdict, JsonVerdict::other_value) << text;
  }
}

TEST(JsonParser, TakesDepthUpToTheLimit) {
  EXPECT_EQ(parse(nested(limits::max_depth, '[', ']')).verdict, JsonVerdict::other_value);
  EXPECT_EQ(parse(nested(limits::max_depth + 1, '[', ']')).verdict, JsonVerdict::too_deep);
  std::string objects;
  for (std::size_t i = 1; i < limits::max_depth; ++i) {
    objects += "{\"a\":";
  }
  objects += "{}" + std::string(limits::max_depth - 1, '}');
  EXPECT_EQ(parse(objects).verdict, JsonVerdict::object);
  EXPECT_EQ(parse("{\"a\":" + objects + "}").verdict, JsonVerdict::too_deep);
}

TEST(JsonParser, CountsOpenContainersNotAllOfThem) {
  std::string text = "[";
  for (int i = 0; i < 1000; ++i) {
    text += "{\"a\":[[]]},";
  }
  EXPECT_EQ(parse(text + "0]").verdict, JsonVerdict::other_value);
}

TEST(JsonParser, DoesNotReadOnBehindTheBracketThatIsTooDeep) {
  const std::string deep(limits::max_depth + 1, '[');
  EXPECT_EQ(parse(deep).verdict, JsonVerdict::too_deep);
  EXPECT_EQ(parse(deep + "rubbish").verdict, JsonVerdict::too_deep);
  EXPECT_EQ(parse("x" + deep).verdict, JsonVerdict::invalid);
  EXPECT_EQ(parse("[1," + std::string(100000, '[')).verdict, JsonVerdict::too_deep);
}

TEST(JsonParser, KeepsTrackOfWhatEachLevelIs) {
  EXPECT_EQ(parse(R"([{"a":[{"b":[1,{"c":2}],"d":3},4],"e":5},6])").verdict,
            JsonVerdict::other_value);
  EXPECT_EQ(parse(R"([{"a":[{"b":[1,{"c":2}],"d":3},4],5},6])").verdict, JsonVerdict::invalid);
  EXPECT_EQ(parse(R"([{"a":[{"b":[1,{"c":2}],"d":3},4],"e":5},"f":6])").verdict,
            JsonVerdict::invalid);
}

TEST(JsonParser, ReportsThePiecesOfTheTextInTheirOrder) {
  EXPECT_EQ(heard(R"( {"a" : [1.50, "x\n", true, false, null], "b\u0063": {}, "":"" } )"),
            R"x({ ka[ n1.50 s\x\n ltrue lfalse lnull) k\b\u0063{) k s))x");
}

TEST(JsonParser, TakesNumbersOfAnySize) {
  const std::string digits(100000, '7');
  EXPECT_EQ(parse("[" + digits + "." + digits + "e-" + digits + "]").verdict,
            JsonVerdict::other_value);
}

TEST(JsonParser, SeesBytesBeyondAsciiInStringsOfAnyLength) {
  for (std::size_t size = 1; size < 50; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text = "{\"a\":\"" + std::string(size, 'x') + "\"}";
      EXPECT_TRUE(parse(text).ascii);
      text[6 + at] = '\xc3';
      EXPECT_FALSE(parse(text).ascii) << size << ' ' << at;
    }
  }
  EXPECT_FALSE(parse("{\"\u00e9\":1}").ascii);
}

}  // namespace
}  // namespace penstock::extract
