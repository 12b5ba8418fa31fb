#include "extract/json_text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace penstock::extract {
namespace {

using namespace std::string_literals;

TEST(Unescape, DecodesEveryEscape) {
  EXPECT_EQ(unescape(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(unescape(R"(a\u0000b)"), "a\0b"s);
  EXPECT_EQ(unescape(R"(\u0041\u00e9\u20AC\uffff)"), "A\u00e9\u20ac\uffff");
  EXPECT_EQ(unescape(R"(x\\u0041)"), "x\\u0041");
}

TEST(Unescape, JoinsSurrogatePairs) {
  EXPECT_EQ(unescape(R"(\ud83d\ude00\uD800\uDC00\udbff\udfff)"), "\U0001f600\U00010000\U0010ffff");
}

TEST(Unescape, PutsAReplacementForASurrogateWithoutItsPartner) {
  EXPECT_EQ(unescape(R"(\ud800)"), "\ufffd");
  EXPECT_EQ(unescape(R"(\udc00)"), "\ufffd");
  EXPECT_EQ(unescape(R"(\ud800x)"), "\ufffdx");
  EXPECT_EQ(unescape(R"(\ud800\n)"), "\ufffd\n");
  EXPECT_EQ(unescape(R"(\ud800\u0041)"), "\ufffdA");
  EXPECT_EQ(unescape(R"(\ud800\ud83d\ude00)"), "\ufffd\U0001f600");
  EXPECT_EQ(unescape(R"(\ude00\ud83d)"), "\ufffd\ufffd");
}

TEST(Unescape, KeepsASurrogateWithoutItsPartnerWhereAsked) {
  const auto kept = [](std::string_view raw) {
    std::string out(raw.size(), '\0');
    out.resize(
        static_cast<std::size_t>(unescape_into(raw, out.data(), LoneSurrogate::keep) - out.data()));
    return out;
  };
  EXPECT_EQ(kept(R"(\ud800)"), "\xed\xa0\x80");
  EXPECT_EQ(kept(R"(\uDFFF)"), "\xed\xbf\xbf");
  EXPECT_EQ(kept(R"(\ude00\ud83d)"), "\xed\xb8\x80\xed\xa0\xbd");
  EXPECT_EQ(kept(R"(\ud83d\ude00)"), "\U0001f600");
  EXPECT_EQ(kept(R"(\ud83d\ud83d\ude00)"), "\xed\xa0\xbd\U0001f600");
}

TEST(Unescape, FindsEscapesAtEveryPlace) {
  // Around the sixteen bytes that are looked at at once, in a buffer of exactly the raw size.
  for (std::size_t size = 0; size < 50; ++size) {
    for (std::size_t at = 0; at <= size; ++at) {
      const std::string before(at, 'x');
      const std::string behind(size - at, 'y');
      EXPECT_EQ(unescape(before + "\\n" + behind), before + "\n" + behind);
      EXPECT_EQ(unescape(before + "\\n\\u00e9" + behind), before + "\n\u00e9" + behind);
    }
  }
}

TEST(Unescape, LeavesTextWithoutEscapesAlone) {
  EXPECT_EQ(unescape(""), "");
  EXPECT_EQ(unescape("gr\u00fcn"), "gr\u00fcn");
}

TEST(IntegerPart, ReadsIntegersToTheLimitsOf64Bits) {
  EXPECT_EQ(integer_part("0"), 0);
  EXPECT_EQ(integer_part("-0"), 0);
  EXPECT_EQ(integer_part("1714521600123"), 1714521600123);
  EXPECT_EQ(integer_part("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(integer_part("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
}

TEST(IntegerPart, CutsTheFractionOffAndTakesExponents) {
  EXPECT_EQ(integer_part("22.0"), 22);
  EXPECT_EQ(integer_part("1714521600123.75"), 1714521600123);
  EXPECT_EQ(integer_part("-1.9"), -1);
  EXPECT_EQ(integer_part("1.5e3"), 1500);
  EXPECT_EQ(integer_part("2E+2"), 200);
  EXPECT_EQ(integer_part("0.0123e3"), 12);
  EXPECT_EQ(integer_part("-120e-1"), -12);
}

TEST(IntegerPart, IsExact) {
  EXPECT_EQ(integer_part("1714521600123.99999999999"), 1714521600123);
  EXPECT_EQ(integer_part("9007199254740993.5"), 9007199254740993);
  EXPECT_EQ(integer_part("922337203685477580.7e1"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(integer_part("-9223372036854775808.9"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(integer_part("1e-400"), 0);
  EXPECT_EQ(integer_part("-1e-99999999999999999999"), 0);
  EXPECT_EQ(integer_part("0e99999999999999999999"), 0);
  EXPECT_EQ(integer_part("0.000e+5"), 0);
}

TEST(IntegerPart, HasNothingForWhatDoesNotFit) {
  EXPECT_EQ(integer_part("9223372036854775808"), std::nullopt);
  EXPECT_EQ(integer_part("-1e19"), std::nullopt);
  EXPECT_EQ(integer_part("9223372036854775808.0"), std::nullopt);
  EXPECT_EQ(integer_part("-9223372036854775809e0"), std::nullopt);
  EXPECT_EQ(integer_part("1e400"), std::nullopt);
  EXPECT_EQ(integer_part("1e99999999999999999999"), std::nullopt);
  EXPECT_EQ(integer_part(std::string(100000, '9')), std::nullopt);
}

}  // namespace
}  // namespace penstock::extract
