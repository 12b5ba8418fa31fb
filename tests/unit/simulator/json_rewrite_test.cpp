#include "simulator/json_rewrite.hpp"

#include <gtest/gtest.h>

#include <set>

#include "penstock/core/utf8.hpp"
#include "penstock/simulator/event_generator.hpp"
#include "unit/simulator/json_check.hpp"
#include "unit/simulator/json_values.hpp"

namespace penstock::simulator {
namespace {

constexpr JsonForm order{.order = true};
constexpr JsonForm space{.space = true};
constexpr JsonForm numbers{.numbers = true};
constexpr JsonForm changed{.changed = true};
constexpr JsonForm all_that_keep_the_value{.order = true, .space = true, .numbers = true};

std::string rewritten(std::string_view text, const JsonForm& form, std::uint64_t seed = 1) {
  SplitMix64 random(seed);
  std::string out;
  rewrite_json(out, text, form, random);
  return out;
}

TEST(RewriteJson, WithoutAFormDropsWhiteSpaceOnly) {
  EXPECT_EQ(rewritten(" {\"a b\" :\t[ 1.50, true,null , \"x \\\" ,]\" ] , \"\" : {} }\t", {}),
            "{\"a b\":[1.50,true,null,\"x \\\" ,]\"],\"\":{}}");
}

TEST(RewriteJson, PutsMembersInAnotherOrderAtEveryDepth) {
  EXPECT_EQ(rewritten(R"({"a":1,"b":[{"c":2,"d":{"e":3,"f":4}},5]})", order),
            R"({"b":[{"d":{"f":4,"e":3},"c":2},5],"a":1})");
  EXPECT_NE(rewritten(R"({"a":1,"b":2,"c":3,"d":4})", order, 1),
            rewritten(R"({"a":1,"b":2,"c":3,"d":4})", order, 2));
}

TEST(RewriteJson, KeepsTheOrderWhereNamesMayBeEqual) {
  for (const char* text : {R"({"x":1,"x":2})", R"({"x":1,"\u0078":2})", R"({"x":1})", "{}"}) {
    EXPECT_EQ(rewritten(text, order), text);
  }
}

TEST(RewriteJson, PutsOtherWhiteSpaceBetweenTokens) {
  const std::string text = R"({"a":[1,{"b":"c d"}],"e":{}})";
  const std::string spaced = rewritten(text, space);
  EXPECT_NE(spaced, text);
  EXPECT_EQ(rewritten(spaced, {}), text);
}

TEST(RewriteJson, WritesNumbersOtherwise) {
  const std::pair<const char*, std::set<std::string>> cases[] = {
      {"1.10", {"11e-1", "1.1E+0"}},
      {"11e-1", {"1.1E+0", "1.10"}},
      {"80", {"8e1", "8.0E+1", "80.0"}},
      {"-0.05", {"-5e-2", "-5.0E-2", "-0.050"}},
      {"0", {"0e0", "0.0E+0", "0.0"}},
      {"-0.0", {"-0e0", "-0.0E+0"}},
      {"1e400", {"1.0E+400"}},
      {"-1.5E-400", {"-15e-401", "-1.5E-400"}},
      {"1700000000005", {"1700000000005e0", "1.700000000005E+12", "1700000000005.0"}},
      {"123456789012345678901234567890",
       {"12345678901234567890123456789e1", "1.2345678901234567890123456789E+29",
        "123456789012345678901234567890.0"}},
      {"2e99999999999", {"2e99999999999"}},
  };
  for (const auto& [text, ways] : cases) {
    std::set<std::string> found;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      found.insert(rewritten(text, numbers, seed));
    }
    std::set<std::string> expected = ways;
    if (expected.size() > 1) {
      expected.erase(text);
    }
    EXPECT_EQ(found, expected) << text;
  }
}

TEST(RewriteJson, ChangesEveryNumberALittle) {
  EXPECT_EQ(rewritten(R"({"a":0.1,"b":[-7,1e3,2.5E2],"c":"0.1","d":true})", changed),
            R"({"a":0.10000000001,"b":[-7.5,1.5e3,2.50000000001E2],"c":"0.1","d":true})");
}

TEST(RewriteJson, KeepsTheValueOfEvents) {
  const EventGenerator generator(1);
  std::size_t compared = 0;
  for (std::uint64_t n = 0; n < 1'000; ++n) {
    std::string event;
    generator.append(event, Source::stream, n);
    const std::string other = rewritten(event, all_that_keep_the_value, n);
    ASSERT_TRUE(test::check_json(other).valid) << other;
    ASSERT_TRUE(is_utf8(other));
    ASSERT_EQ(other.find('\n'), std::string::npos);
    ASSERT_NE(other, event);
    const std::optional<bool> same = test::same_value(event, other);
    ASSERT_TRUE(same.value_or(true)) << other;
    ASSERT_FALSE(test::same_value(event, rewritten(event, changed)).value_or(false));
    compared += same.has_value();
  }
  EXPECT_GT(compared, 950u);
}

TEST(MemberText, IsTheValueAsItStandsThere) {
  const std::string object =
      " { \"a\" : \"x,}\" ,\"options\":\n[ {\"options\":1.50}, \"]\\\"\" ] , "
      "\"n\":-1e5,\"t\":true}";
  EXPECT_EQ(member_text(object, "a"), "\"x,}\"");
  EXPECT_EQ(member_text(object, "options"), "[ {\"options\":1.50}, \"]\\\"\" ]");
  EXPECT_EQ(member_text(object, "n"), "-1e5");
  EXPECT_EQ(member_text(object, "t"), "true");
  EXPECT_EQ(member_text(object, "x"), "");
  EXPECT_EQ(member_text("{}", "x"), "");
}

}  // namespace
}  // namespace penstock::simulator
