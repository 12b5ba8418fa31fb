#include "simulator/image_filter.hpp"

#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

constexpr Place place{"PT", "Portugal", "", "Europe/Lisbon", 38.72, -9.13, 64497, "AS"};

// Of 2018-01-01T12:00:00Z.
Image image() {
  return {"id",
          parse_ip("203.0.113.7").value(),
          5901,
          1'514'808'000'000,
          &place,
          {"vnc", "has_faces"},
          {"Credit", "card", "microsoft"},
          640,
          480,
          1,
          0};
}

bool passes(const Parameters& parameters) {
  return ImageFilter::parse(parameters).value().passes(image());
}

TEST(ImageFilter, PassesEverythingWhereNothingIsGiven) {
  EXPECT_TRUE(passes({}));
  EXPECT_TRUE(passes({{"page", "2"}, {"ocr", ""}}));
  EXPECT_TRUE(ImageFilter::parse({{"page", "2"}}).value().given().empty());
}

TEST(ImageFilter, PassesWhatMeetsEveryFilter) {
  const Parameters all = {{"ip", "203.0.113.0/24"}, {"port", "5900-5910"}, {"country", "pt"},
                          {"tag", "HAS_FACES"},     {"word", "microsoft"}, {"from", "2015-01-01"},
                          {"to", "2018-01-01"}};
  EXPECT_TRUE(passes(all));
  const Parameters others = {{"ip", "203.0.114.0/24"}, {"port", "5900"},  {"country", "be"},
                             {"tag", "rdp"},           {"word", "micro"}, {"from", "2018-01-02"},
                             {"to", "2017-12-31"}};
  for (const auto& [name, value] : others) {
    Parameters changed = all;
    changed[name] = value;
    if (name == "from") {
      changed["to"] = "2019-01-01";
    }
    EXPECT_FALSE(passes(changed)) << name;
  }
}

TEST(ImageFilter, TakesADateAsAWholeDayAndATimeAsAMoment) {
  EXPECT_TRUE(passes({{"from", "2018-01-01"}, {"to", "2018-01-01"}}));
  EXPECT_TRUE(passes({{"from", "2018-01-01T12:00:00Z"}, {"to", "2018-01-01T12:00:00Z"}}));
  EXPECT_FALSE(passes({{"from", "2018-01-01T12:00:00.001Z"}}));
  EXPECT_FALSE(passes({{"to", "2018-01-01T11:59:59Z"}}));
}

TEST(ImageFilter, WantsAllWordsOfOneAlternative) {
  EXPECT_TRUE(passes({{"word", "credit card"}}));
  EXPECT_FALSE(passes({{"word", "credit pump"}}));
  EXPECT_TRUE(passes({{"word", "credit pump OR microsoft"}}));
}

TEST(ImageFilter, IsRefusedWithWhatItCannotMean) {
  const std::pair<const char*, const char*> cases[] = {
      {"ip", "host"},        {"ip", ""},      {"port", "0"},        {"port", "65536"},
      {"port", "5910-5900"}, {"port", "vnc"}, {"port", "5900-"},    {"country", " "},
      {"tag", ""},           {"word", "OR"},  {"from", "recently"}, {"to", "2018-13-01"},
      {"from", "2018-1-1"},
  };
  for (const auto& [name, value] : cases) {
    EXPECT_FALSE(ImageFilter::parse({{name, value}})) << name << '=' << value;
  }
  EXPECT_FALSE(ImageFilter::parse({{"from", "2018-01-02"}, {"to", "2018-01-01"}}));
}

}  // namespace
}  // namespace penstock::simulator
