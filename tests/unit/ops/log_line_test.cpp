#include "ops/log_line.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "penstock/core/utf8.hpp"

namespace penstock::ops {
namespace {

using namespace std::string_literals;

const WallTime at = *parse_rfc3339("2026-11-23T20:15:30.250Z");

std::string text(std::vector<LogField> fields) {
  return log_line(LogFormat::text, at, LogLevel::info, "session opened", fields);
}
std::string json(std::vector<LogField> fields) {
  return log_line(LogFormat::json, at, LogLevel::info, "session opened", fields);
}
// What `value` looks like as a field.
std::string text_value(std::string_view value) {
  return text({{"v", value}}).substr(text({}).size() + "  v="s.size());
}

TEST(LogLine, InTextAlignsTheLevelsAndPutsFieldsBehindTheEvent) {
  EXPECT_EQ(text({{"source", "firehose"}, {"session", 3}}),
            "2026-11-23T20:15:30.250Z info    session opened  source=firehose session=3");
  EXPECT_EQ(log_line(LogFormat::text, at, LogLevel::warning, "stalled", {}),
            "2026-11-23T20:15:30.250Z warning stalled");
}

TEST(LogLine, InTextWritesEveryTypeOfValue) {
  EXPECT_EQ(text({{"a", true},
                  {"b", -5},
                  {"c", std::uint64_t{18'446'744'073'709'551'615u}},
                  {"d", 0.25},
                  {"e", "x"}}),
            text({}) + "  a=true b=-5 c=18446744073709551615 d=0.25 e=x");
}

TEST(LogLine, InTextQuotesWhatWouldNotBeOneWord) {
  EXPECT_EQ(text_value("two words"), "\"two words\"");
  EXPECT_EQ(text_value(""), "\"\"");
  EXPECT_EQ(text_value("a=b"), "\"a=b\"");
  EXPECT_EQ(text_value("say \"no\""), R"("say \"no\"")");
}

TEST(LogLine, InTextLetsNothingRawThrough) {
  EXPECT_EQ(text_value("a\nb\x1b[31m\xc3\xa9"), R"(a\x0ab\x1b[31m\xc3\xa9)");
  EXPECT_EQ(text_value("a\\b"), R"(a\\b)");
}

TEST(LogLine, InJsonIsOneObject) {
  EXPECT_EQ(json({{"source", "firehose"}, {"session", 3}}),
            R"({"time":"2026-11-23T20:15:30.250Z","level":"info","event":"session opened",)"
            R"("source":"firehose","session":3})");
}

TEST(LogLine, InJsonWritesEveryTypeOfValue) {
  const std::string line = json({{"a", false}, {"b", -5}, {"c", std::uint64_t{7}}, {"d", 0.25}});
  EXPECT_TRUE(line.ends_with(R"("a":false,"b":-5,"c":7,"d":0.25})")) << line;
}

TEST(LogLine, InJsonKeepsValidUtf8AndEscapesControls) {
  const std::string line = json({{"v", "é\n\x1b\x7f \xff"}});
  EXPECT_TRUE(line.ends_with(R"("v":"é\n\u001b\u007f \ufffd"})")) << line;
}

TEST(LogLine, InJsonEscapesTheControlsThatTakeTwoBytes) {
  const std::string line = json({{"v",
                                  "\xc2\x80\xc2\x9b"
                                  "31m\xc2\x9f\xc2\xa0"}});
  EXPECT_TRUE(line.ends_with("\"v\":\"\\u0080\\u009b31m\\u009f\xc2\xa0\"}")) << line;
}

TEST(LogLine, CutsLongValues) {
  const std::string long_value(5'000, 'x');
  EXPECT_EQ(text_value(long_value), std::string(1'000, 'x') + "...");
  const std::string line = json({{"v", long_value}});
  EXPECT_TRUE(line.ends_with("\"" + std::string(1'000, 'x') + "...\"}"));
}

TEST(LogLine, CutsNoCharacterInHalf) {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string value(shift, 'x');
    while (value.size() < 2'000) {
      value += "\xf0\x9f\x9a\x80";
    }
    const std::string line = json({{"v", value}});
    EXPECT_TRUE(is_utf8(line));
    EXPECT_EQ(line.find("\\ufffd"), std::string::npos) << shift;
  }
}

}  // namespace
}  // namespace penstock::ops
