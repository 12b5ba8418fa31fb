#include "simulator/json_reading.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::simulator {
namespace {

using std::string_view_literals::operator""sv;

JsonShape shape_of(std::string_view text) {
  return scan_json(text, [](const JsonScalar&) { return true; });
}

std::vector<std::string> told_of(std::string_view text) {
  std::vector<std::string> told;
  scan_json(text, [&](const JsonScalar& scalar) {
    told.push_back(std::to_string(scalar.depth) + ' ' + std::string(scalar.outer) + '/' +
                   std::string(scalar.name) + '=' + std::string(scalar.text) +
                   (scalar.is_string ? "" : "!"));
    return true;
  });
  return told;
}

TEST(ScanJson, TellsScalarsAndWhereTheyStand) {
  EXPECT_EQ(told_of(R"( {"a":1.50,"b":{"c":["x\/\u0079",true,{"d":null}],"e":"f"}} )"),
            (std::vector<std::string>{"1 a/a=1.50!", "3 b/c=x/y", "3 b/c=true!", "4 b/d=null!",
                                      "2 b/e=f"}));
  EXPECT_EQ(told_of("7"), (std::vector<std::string>{"0 /=7!"}));
}

TEST(ScanJson, TakesWhatRapidJsonAloneRefuses) {
  EXPECT_TRUE(shape_of(R"({"x":1e400,"y":-1.5E-400,"z":123456789012345678901234567890})").valid);
  EXPECT_TRUE(shape_of("[" + std::string(5'000, '7') + "." + std::string(5'000, '0') + "]").valid);
  EXPECT_EQ(told_of(R"(["1e400","7E+9",12E+345])"),
            (std::vector<std::string>{"1 /=1e400", "1 /=7E+9", "1 /=12E+000!"}));
  EXPECT_TRUE(shape_of(R"({"x":"\ud800 and \uDC00 \\\ud83d"})").valid);
  EXPECT_EQ(told_of(R"(["\ud83d\\u0041"])"), (std::vector<std::string>{"1 /=\uFFFD\\u0041"}));
}

TEST(ScanJson, RefusesWhatIsNoJson) {
  for (const std::string_view text :
       {""sv, "{"sv, "{}x"sv, "{}\0"sv, "[01]"sv, "[1.]"sv, "{\"a\"}"sv, "[\"\\ud80\"]"sv,
        "[\"\\ud8zz\"]"sv, "[\"\\"sv, "[\"a\tb\"]"sv, "[NaN]"sv, "[1,]"sv, "[1e]"sv, "[1e+]"sv,
        "[e5]"sv, "[1e5e5]"sv}) {
    EXPECT_FALSE(shape_of(text).valid) << text;
  }
}

TEST(ScanJson, KnowsAnObjectAndTheDepthOfEvents) {
  EXPECT_TRUE(shape_of(" {}").object);
  EXPECT_FALSE(shape_of("[{}]").object);
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_FALSE(shape_of(nested(64)).too_deep);
  EXPECT_TRUE(shape_of(nested(65)).too_deep);
  EXPECT_TRUE(shape_of(nested(100'000)).valid);
}

TEST(ScanJson, StopsWhereEnoughWasSeen) {
  std::size_t seen = 0;
  scan_json("[1,2,3]", [&](const JsonScalar&) { return ++seen < 2; });
  EXPECT_EQ(seen, 2u);
}

}  // namespace
}  // namespace penstock::simulator
