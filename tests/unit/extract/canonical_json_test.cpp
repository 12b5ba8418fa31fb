#include "extract/canonical_json.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "extract/json_parser.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::extract {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) {
    result += text;
  }
  return result;
}

std::string canonical(std::string_view text) {
  // A copy without a byte behind it, so that AddressSanitizer sees a read beyond the end.
  const std::vector<char> exact(text.begin(), text.end());
  CanonicalJson form;
  return std::string(form.of({exact.data(), exact.size()}));
}

// The bytes FF as quotes, to be readable.
std::string readable(std::string_view text) {
  std::string form = canonical(text);
  std::replace(form.begin(), form.end(), '\xff', '"');
  return form;
}

TEST(CanonicalJson, WritesEachKindOfValueInItsForm) {
  EXPECT_EQ(readable("{ }"), "{}");
  EXPECT_EQ(readable(" [ ] "), "[]");
  EXPECT_EQ(readable("[null,true,false]"), "[ntf]");
  EXPECT_EQ(readable("[ 1.50 , -0 ]"), "[+15e-1;+0;]");
  EXPECT_EQ(readable(R"(["", "a\/b"])"), R"(["""a/b"])");
  EXPECT_EQ(canonical(R"(["a"])"), "[\"a\xff]");
  EXPECT_EQ(readable(R"({"b":{"d":[1],"c":2},"a":"x"})"), R"({"a""x""b"{"c"+2;"d"[+1;]}})");
}

TEST(CanonicalJson, IsTheSameHoweverAValueIsWritten) {
  const std::vector<std::vector<std::string_view>> table{
      {R"({"a":1,"b":[2,3]})", R"({"b":[2,3],"a":1})", "\t{\n\"b\" : [ 2 ,3\r] , \"a\":1 } "},
      {R"({"a":{"b":1,"c":{"d":2,"e":3}}})", R"({"a":{"c":{"e":3,"d":2},"b":1}})"},
      {R"(["A/\"\\"])", R"(["\u0041\/\u0022\u005c"])", R"(["A\u002f\u0022\\"])"},
      {R"(["\b\f\n\r\t"])", R"(["\u0008\u000c\u000A\u000d\u0009"])"},
      {"[\"\u00e9\u20ac\U0001f600\"]", R"(["\u00e9\u20AC\ud83d\uDE00"])"},
      {R"({"\u0061":1,"b":2})", R"({"b":2,"a":1})"},
      {R"(["\ud800"])", R"(["\uD800"])"},
      {"[1.10,-0,100]", "[1.1,0,1e2]", "[11e-1,0e9,100.0]", "[110E-2,-0.0,0.1E+3]"}};
  for (const std::vector<std::string_view>& row : table) {
    for (const std::string_view text : row) {
      EXPECT_EQ(canonical(text), canonical(row[0])) << printable(text);
    }
  }
}

TEST(CanonicalJson, KeepsDifferentValuesApart) {
  const std::vector<std::string_view> values{
      // kinds
      "{}", "[]", "[null]", "[true]", "[false]", "[0]", R"([""])", "[[]]", "[{}]", R"(["null"])",
      R"(["0"])", R"(["n"])", R"(["+0;"])", R"(["[]"])", "[[],[]]", "[[[]]]", "[{},{}]",
      // borders between values
      R"(["a","b"])", R"(["ab"])", R"(["a\"b"])", R"(["a","b",""])", R"(["","a","b"])",
      R"(["ab",""])", R"([["a"],"b"])", R"(["a",["b"]])", "[1,2]", "[12]", "[1,2,0]", "[[1],2]",
      "[1,[2]]", "[2,1]", "[1e2,3]", "[1,23]", "[1e23]", "[-1]", "[1]", "[1e-1]",
      // names and values
      R"({"a":1})", R"({"b":1})", R"({"a":2})", R"({"a":"1"})", R"({"1":"a"})", R"({"a":{}})",
      R"({"a":[]})", R"({"":"a"})", R"({"a":""})", R"({"a":"b"})", R"({"ab":""})",
      R"({"a":"b","c":"d"})", R"({"a":"b","d":"c"})", R"({"a":{"b":1},"c":2})",
      R"({"a":{"b":1,"c":2}})", R"({"a":{"c":2},"b":1})", R"([{"a":1,"b":2}])",
      R"([{"a":1},{"b":2}])", R"([{"b":2},{"a":1}])", R"({"a":[{"b":1},2]})",
      R"({"a":[{"b":1,"c":2}]})",
      // names that begin alike, about eight bytes
      R"({"12345678":1,"123456789":2})", R"({"12345678":2,"123456789":1})",
      R"({"a":1,"a\u0000":2})", R"({"a":2,"a\u0000":1})", R"({"":1,"\u0000":2})",
      // a name more than once
      R"({"a":1,"a":2})", R"({"a":2,"a":1})", R"({"a":1,"a":1})", R"({"a":[1,2]})",
      R"({"a":1,"a":2,"a":1})",
      // surrogates without a partner
      R"(["\ud800"])", R"(["\udc00"])", R"(["\ud801"])", R"(["\udbff"])", R"(["\udfff"])",
      R"(["\udc00\ud800"])", R"(["\ud800\udc00"])", R"(["\ud800\ud800\udc00"])", R"(["\ufffd"])",
      R"(["\\ud800"])", R"(["\ud800x"])", R"(["\uFFFE"])", R"(["\u00ff"])", R"(["\u0000"])",
      R"(["\u00ed\u00a0\u0080"])",
      // close numbers
      "[9007199254740992]", "[9007199254740993]", "[1e400]", "[1e401]",
      "[0.1000000000000000055511151231257827]", "[1e99999999999999999999]",
      "[1e99999999999999999998]", "[1e-99999999999999999999]"};
  std::vector<std::string> forms;
  for (const std::string_view value : values) {
    forms.push_back(canonical(value));
  }
  for (std::size_t i = 0; i < forms.size(); ++i) {
    for (std::size_t j = 0; j < forms.size(); ++j) {
      if (i != j) {
        EXPECT_NE(forms[i], forms[j]) << values[i] << " and " << values[j];
        EXPECT_FALSE(forms[i].starts_with(forms[j])) << values[i] << " and " << values[j];
      }
    }
  }
}

TEST(CanonicalJson, SortsNamesByTheirDecodedBytes) {
  EXPECT_EQ(readable(R"({"\u0062":1,"a":2,"":3,"aa":4,"B":5})"),
            R"({""+3;"B"+5;"a"+2;"aa"+4;"b"+1;})");
  EXPECT_EQ(
      readable(R"({"123456789":1,"12345678":2,"12345678\u0000":3,"1234567":4})").substr(0, 26),
      R"({"1234567"+4;"12345678"+2;)");
  // UTF-8 bytes, not UTF-16 units: U+1F600 stands behind U+FF5E.
  EXPECT_EQ(readable(R"({"\ud83d\ude00":1,"\uff5e":2,"\u00e9":3,"z":4})"),
            "{\"z\"+4;\"\u00e9\"+3;\"\uff5e\"+2;\"\U0001f600\"+1;}");
}

TEST(CanonicalJson, LeavesMembersOfOneNameInTheirOrder) {
  EXPECT_EQ(readable(R"({"b":1,"a":3,"b":2,"a":{"d":1,"c":2},"\u0062":0})"),
            R"({"a"+3;"a"{"c"+2;"d"+1;}"b"+1;"b"+2;"b"+0;})");
  std::string text = "{";
  std::string sorted = "{";
  for (int i = 0; i < 100; ++i) {
    text += "\"b\":" + std::to_string(i) + ",";
    sorted += "\"b\"" + readable(std::to_string(i));
  }
  EXPECT_EQ(readable(text + "\"a\":0}"), "{\"a\"+0;" + sorted.substr(1) + "}");
}

TEST(CanonicalJson, FindsObjectsThatNeedSortingAmongThoseThatDoNot) {
  const std::string_view sorted =
      R"({"a":{"x":1,"y":2},"b":[{"p":[],"q":{}},3,{"r":{"s":{"t":1}}}]})";
  EXPECT_EQ(readable(sorted), R"({"a"{"x"+1;"y"+2;}"b"[{"p"[]"q"{}}+3;{"r"{"s"{"t"+1;}}}]})");
  for (const std::string_view text : {
           R"({"a":{"y":2,"x":1},"b":[{"p":[],"q":{}},3,{"r":{"s":{"t":1}}}]})",
           R"({"a":{"x":1,"y":2},"b":[{"q":{},"p":[]},3,{"r":{"s":{"t":1}}}]})",
           R"({"b":[{"p":[],"q":{}},3,{"r":{"s":{"t":1}}}],"a":{"x":1,"y":2}})",
           R"({"b":[{"q":{},"p":[]},3,{"r":{"s":{"t":1}}}],"a":{"y":2,"x":1}})",
       }) {
    EXPECT_EQ(readable(text), readable(sorted)) << text;
  }
  EXPECT_EQ(
      readable(R"([{"a":{"c":{"e":1,"d":2}},"b":0},{"a":{"c":{"e":1,"d":2}}},{"b":1,"a":2}])"),
      R"([{"a"{"c"{"d"+2;"e"+1;}}"b"+0;}{"a"{"c"{"d"+2;"e"+1;}}}{"a"+2;"b"+1;}])");
}

TEST(CanonicalJson, TakesObjectsAtTheDepthLimit) {
  const std::size_t levels = limits::max_depth - 1;
  EXPECT_EQ(readable(repeat("{\"b\":", levels) + "{}" + repeat(",\"a\":0}", levels)),
            repeat("{\"a\"+0;\"b\"", levels) + "{}" + std::string(levels, '}'));
}

TEST(CanonicalJson, KeepsNothingOfTheTextBefore) {
  CanonicalJson form;
  const std::string first(form.of(R"({"b":{"d":[{"f":1,"e":2}],"c":2},"a":1})"));
  form.of(R"([1,2,{"long name":"and a long text that follows it","a":"b"}])");
  EXPECT_EQ(form.of(R"({"a":1})"), "{\"a\xff+1;}");
  EXPECT_EQ(form.of(R"({"b":{"d":[{"f":1,"e":2}],"c":2},"a":1})"), first);
}

TEST(CanonicalJson, AllocatesNothingForTextsLikeTheOneBefore) {
  std::string text = R"({"z":"\n","y":[{"d":1,"c":2},1.5,true],"x":{"b":")" +
                     std::string(5000, 'x') + R"(","a":0},)";
  for (int i = 100; i > 0; --i) {
    text += "\"m" + std::to_string(i) + "\":[],";
  }
  text += R"("e":null})";
  CanonicalJson form;
  const char* const where = form.of(text).data();
  const Bytes memory = form.memory();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(form.of(text).data(), where);
    EXPECT_EQ(form.memory(), memory);
  }
}

// What `text` takes stays within its bounds. Returns whether its form is that of `sorted`, the same
// value with all members in order.
bool bounded_and_same(std::string_view text, std::string_view sorted) {
  CanonicalJson form;
  const std::string_view result = form.of(text);
  EXPECT_LE(result.size(), text.size() * 5 / 3);
  EXPECT_LE(form.memory().count, text.size() * 25);
  CanonicalJson in_pieces;
  std::string told;
  in_pieces.tell(text, [&](std::string_view piece) { told += piece; });
  EXPECT_TRUE(told == result);
  EXPECT_LE(in_pieces.memory().count, text.size() * 15);
  CanonicalJson other;
  return result == other.of(sorted);
}

// One more than buffers that double would like.
constexpr std::size_t many = (1 << 16) + 1;

TEST(CanonicalJson, BearsObjectsOfManyMembers) {
  constexpr std::size_t million = 1'000'000;
  std::string backwards;
  std::string forwards;
  for (std::size_t i = 0; i < million; ++i) {
    backwards += "\"" + std::to_string(2 * million - 1 - i) + "\":1,";
    forwards += "\"" + std::to_string(million + i) + "\":1,";
  }
  EXPECT_TRUE(bounded_and_same("{" + backwards + "\"0\":1}",
                               "{\"0\":1," + forwards.substr(0, forwards.size() - 1) + "}"));
}

TEST(CanonicalJson, BearsNamesThatAreAlike) {
  const std::string alike(4000, 'x');
  std::string backwards = "\"\":0";
  std::string forwards = "\"\":0";
  for (int i = 1000; i < 2000; ++i) {
    backwards += ",\"" + alike + std::to_string(2999 - i) + "\":1";
    forwards += ",\"" + alike + std::to_string(i) + "\":1";
  }
  EXPECT_TRUE(bounded_and_same("{" + backwards + "}", "{" + forwards + "}"));

  const std::string no_names = repeat(",\"\":1", many - 1);
  EXPECT_TRUE(
      bounded_and_same("{\"b\":1" + no_names + "}", "{" + no_names.substr(1) + ",\"b\":1}"));
}

TEST(CanonicalJson, BearsManySmallValues) {
  for (const std::string_view value : {"0", "10", "-10", "{}", "\"\"", "null"}) {
    const std::string text = "[0" + repeat("," + std::string(value), many) + "]";
    EXPECT_TRUE(bounded_and_same(text, text)) << value;
  }
  EXPECT_TRUE(bounded_and_same("[0" + repeat(R"(,{"b":0,"":0})", many) + "]",
                               "[0" + repeat(R"(,{"":0,"b":0})", many) + "]"));
  EXPECT_TRUE(bounded_and_same("[0" + repeat(R"(,{"a":{"b":0,"":0}})", many) + "]",
                               "[0" + repeat(R"(,{"a":{"":0,"b":0}})", many) + "]"));
}

TEST(CanonicalJson, BearsHugeValues) {
  const std::string escapes = "[\"" + repeat("\\u0000", many) + "\"]";
  EXPECT_TRUE(bounded_and_same(escapes, escapes));
  const std::string exponent = "[1e" + std::string(16 * many, '9') + "]";
  EXPECT_TRUE(bounded_and_same(exponent, exponent));

  // At the bottom of objects that are out of order at all levels.
  const std::size_t levels = limits::max_depth - 2;
  const std::string down = repeat("{\"b\":", levels);
  const std::string up = repeat(",\"a\":1}", levels);
  const std::string sorted_down = repeat("{\"a\":1,\"b\":", levels);
  const std::string sorted_up(levels, '}');
  const std::string huge = "\"" + std::string(16'000'000, 'x') + "\"";
  EXPECT_TRUE(bounded_and_same(down + huge + up, sorted_down + huge + sorted_up));
  EXPECT_TRUE(
      bounded_and_same(down + "[0" + repeat(R"(,{"b":0,"":0})", many) + "]" + up,
                       sorted_down + "[0" + repeat(R"(,{"":0,"b":0})", many) + "]" + sorted_up));
}

}  // namespace
}  // namespace penstock::extract
