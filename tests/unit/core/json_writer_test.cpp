#include "penstock/core/json_writer.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <random>

#include "penstock/core/utf8.hpp"

namespace penstock {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  append_json_escaped(out, text);
  return out;
}

std::string number(double value) { return JsonWriter().number(value).str(); }

TEST(JsonWriter, PutsCommasBetweenMembersAndElementsOnly) {
  JsonWriter json;
  json.begin_object()
      .field("a", 1)
      .key("b")
      .begin_array()
      .number(std::int64_t{1})
      .begin_object()
      .end_object()
      .begin_array()
      .end_array()
      .null()
      .end_array()
      .key("c")
      .begin_object()
      .field("d", "e")
      .end_object()
      .field("f", true)
      .end_object();
  EXPECT_EQ(json.str(), R"({"a":1,"b":[1,{},[],null],"c":{"d":"e"},"f":true})");
}

TEST(JsonWriter, WritesEmptyContainers) {
  EXPECT_EQ(JsonWriter().begin_object().end_object().str(), "{}");
  EXPECT_EQ(JsonWriter().begin_array().end_array().str(), "[]");
}

TEST(JsonWriter, TakesEveryTypeOfFieldForWhatItIs) {
  JsonWriter json;
  json.begin_object()
      .field("text", std::string("s"))
      .field("view", std::string_view("v"))
      .field("literal", "l")
      .field("bool", false)
      .field("int", -7)
      .field("double", 0.5)
      .end_object();
  EXPECT_EQ(json.str(),
            R"({"text":"s","view":"v","literal":"l","bool":false,"int":-7,"double":0.5})");
}

TEST(JsonWriter, WritesWholeNumbersOfFullWidth) {
  JsonWriter json;
  json.begin_array()
      .number(std::numeric_limits<std::int64_t>::min())
      .number(std::numeric_limits<std::int64_t>::max())
      .number(std::numeric_limits<std::uint64_t>::max())
      .end_array();
  EXPECT_EQ(json.str(), "[-9223372036854775808,9223372036854775807,18446744073709551615]");
}

TEST(JsonWriter, WritesFractionsSoThatTheyReadBackTheSame) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(0.1), "0.1");
  for (const double value : {1.0 / 3, 1e300, -1e-300, std::numeric_limits<double>::max(),
                             std::numeric_limits<double>::denorm_min()}) {
    EXPECT_EQ(std::strtod(number(value).c_str(), nullptr), value) << number(value);
  }
}

TEST(JsonWriter, WritesNullForWhatJsonCannotSay) {
  JsonWriter json;
  json.begin_array()
      .number(std::numeric_limits<double>::infinity())
      .number(std::numeric_limits<double>::quiet_NaN())
      .end_array();
  EXPECT_EQ(json.str(), "[null,null]");
}

TEST(JsonWriter, EscapesKeysLikeValues) {
  EXPECT_EQ(JsonWriter().begin_object().field("a\"b", "c\"d").end_object().str(),
            R"({"a\"b":"c\"d"})");
}

TEST(JsonEscape, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(escaped("plain text /~"), "plain text /~");
  EXPECT_EQ(escaped("é € 🚀"), "é € 🚀");
}

TEST(JsonEscape, HasShortFormsAndNumbersForControls) {
  EXPECT_EQ(escaped("\"\\\n\r\t"), R"(\"\\\n\r\t)");
  EXPECT_EQ(escaped(std::string_view("\0\b\f\x1b\x1f\x7f", 6)),
            R"(\u0000\u0008\u000c\u001b\u001f\u007f)");
}

TEST(JsonEscape, EscapesTheControlsThatTakeTwoBytes) {
  EXPECT_EQ(escaped("\xc2\x80\xc2\x9b"
                    "31m\xc2\x9f"),
            R"(\u0080\u009b31m\u009f)");
  EXPECT_EQ(escaped("\xc2\xa0\xc3\x80"), "\xc2\xa0\xc3\x80");  // the next character; À
}

TEST(JsonEscape, EscapesWhatTurnsTheDirectionOfText) {
  EXPECT_EQ(escaped("a\u202eb\u2066\u061c"), R"(a\u202eb\u2066\u061c)");
}

TEST(JsonEscape, ReplacesEveryByteThatIsNoUtf8) {
  EXPECT_EQ(escaped("a\xff"
                    "b"),
            R"(a\ufffdb)");
  EXPECT_EQ(escaped("\xc0\xaf"), R"(\ufffd\ufffd)");                 // overlong
  EXPECT_EQ(escaped("\xed\xa0\x80"), R"(\ufffd\ufffd\ufffd)");       // a surrogate
  EXPECT_EQ(escaped("\xe2\x82"), R"(\ufffd\ufffd)");                 // cut off
  EXPECT_EQ(escaped("\xe2\x82\xc3\xa9"), "\\ufffd\\ufffd\xc3\xa9");  // cut off, and on it goes
}

TEST(JsonEscape, MakesValidUtf8WithoutControlsOfAnyBytes) {
  std::mt19937 random(5);
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes(random() % 20, '\0');
    for (char& c : bytes) {
      c = static_cast<char>(random());
    }
    const std::string text = escaped(bytes);
    EXPECT_TRUE(is_utf8(text));
    for (std::size_t at = 0; at < text.size(); ++at) {
      const auto byte = static_cast<unsigned char>(text[at]);
      EXPECT_TRUE(byte >= 0x20 && byte != 0x7f);
      const bool pair = at > 0 && text[at - 1] == '\xc2';
      EXPECT_FALSE(pair && byte < 0xa0);
    }
  }
}

}  // namespace
}  // namespace penstock
