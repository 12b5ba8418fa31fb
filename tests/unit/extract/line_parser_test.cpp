#include "extract/line_parser.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/limits.hpp"

namespace penstock::extract {
namespace {

std::optional<DeadLetterReason> refused(std::string_view line) {
  LineParser parser;
  Event event;
  std::deque<std::string> decoded;
  return parser.parse(line, event, decoded);
}

const std::string too_deep = "{\"a\":" + std::string(limits::max_depth, '[');

TEST(LineParser, MakesAnEventOfAValidLine) {
  const std::string line = R"( {"origin":{"type":"port"},"target":{"ip":"::1"}} )";
  LineParser parser;
  Event event;
  std::deque<std::string> decoded;
  EXPECT_EQ(parser.parse(line, event, decoded), std::nullopt);
  EXPECT_EQ(event.line.data(), line.data());
  EXPECT_EQ(event.line.size(), line.size());
  EXPECT_EQ(event.type, "port");
  EXPECT_EQ(event.ip, "::1");
}

TEST(LineParser, NamesTheReason) {
  EXPECT_EQ(refused("{\"a\":}"), DeadLetterReason::invalid_json);
  EXPECT_EQ(refused("[{}]"), DeadLetterReason::not_an_object);
  EXPECT_EQ(refused("\"text\""), DeadLetterReason::not_an_object);
  EXPECT_EQ(refused(too_deep), DeadLetterReason::too_deep);
  EXPECT_EQ(refused("{\"a\":\"\xff\"}"), DeadLetterReason::invalid_utf8);
}

TEST(LineParser, TakesUtf8AsRfc3629HasIt) {
  EXPECT_EQ(refused("{\"\u00e9\":\"\u20ac\U0001f600\U0010ffff\"}"), std::nullopt);
  for (const std::string bytes : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                                  "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_EQ(refused("{\"a\":\"" + bytes + "\"}"), DeadLetterReason::invalid_utf8);
    EXPECT_EQ(refused("{\"" + bytes + "\":0}"), DeadLetterReason::invalid_utf8);
    EXPECT_EQ(refused("{\"a\":\"" + bytes + " and so long that it fills a vector\"}"),
              DeadLetterReason::invalid_utf8);
  }
}

TEST(LineParser, PutsInvalidUtf8BeforeTheOtherReasons) {
  EXPECT_EQ(refused("{\xff"), DeadLetterReason::invalid_utf8);
  EXPECT_EQ(refused("{} \xff"), DeadLetterReason::invalid_utf8);
  EXPECT_EQ(refused("[\"\xff\"]"), DeadLetterReason::invalid_utf8);
  EXPECT_EQ(refused(too_deep + "\xff"), DeadLetterReason::invalid_utf8);
}

TEST(LineParser, CallsALineTooDeepWhateverFollowsThere) {
  EXPECT_EQ(refused(too_deep + "]]rubbish"), DeadLetterReason::too_deep);
  EXPECT_EQ(refused(std::string(limits::max_depth + 1, '[')), DeadLetterReason::too_deep);
  EXPECT_EQ(refused("{x" + too_deep), DeadLetterReason::invalid_json);
}

TEST(LineParser, TakesWhatOtherParsersRefuse) {
  EXPECT_EQ(refused(R"({"n":1e400,"m":123456789012345678901234567890})"), std::nullopt);
  EXPECT_EQ(refused(R"({"s":"\ud800"})"), std::nullopt);
  EXPECT_EQ(refused(R"({"a":1,"a":2})"), std::nullopt);
}

TEST(LineParser, LeavesTheEventAloneWhereItRefuses) {
  LineParser parser;
  Event event;
  std::deque<std::string> decoded;
  EXPECT_TRUE(parser.parse(R"({"origin":{"type":"\n"}}x)", event, decoded));
  EXPECT_FALSE(event.has_type);
  EXPECT_TRUE(event.line.empty());
  EXPECT_TRUE(decoded.empty());
}

}  // namespace
}  // namespace penstock::extract
