#include "simulator/search_terms.hpp"

#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

constexpr std::string_view event =
    R"({"origin":{"type":"service-simple","country":"uk"},"target":{"ip":"198.51.100.7","port":992},)"
    R"("result":{"data":{"service":{"product":"Apache httpd","cpe":["cpe:\/a:x"],"name":"telnets"}},)"
    R"("x":1e400,"y":"\ud800"}})";

bool found(std::string_view text) { return meets(event, parse_search(text).value()); }

TEST(Search, FindsMembersByNameAndValueWithoutCase) {
  for (const char* text : {"type:service-simple", "COUNTRY:UK", "port:992", "ip:198.51.100.7",
                           "name:Telnets", "product:\"apache httpd\"", "cpe:cpe:/a:x"}) {
    EXPECT_TRUE(found(text)) << text;
  }
  EXPECT_FALSE(found("product:apache")) << "a value, not a part of it";
  EXPECT_FALSE(found("country:de"));
}

TEST(Search, FindsWordsInAnyString) {
  EXPECT_TRUE(found("HTTPD"));
  EXPECT_TRUE(found("\"pache ht\""));
  EXPECT_TRUE(found("cpe\":/a\""));
  EXPECT_FALSE(found("992")) << "a number is no string";
  EXPECT_FALSE(found("product")) << "nor is a name";
  EXPECT_FALSE(found("\"name:telnets\"")) << "in quotes a colon is one";
}

TEST(Search, JoinsTermsByAnd) {
  EXPECT_TRUE(found("product:\"Apache httpd\" AND country:uk"));
  EXPECT_TRUE(found("telnets and type:service-simple  country:uk"));
  EXPECT_FALSE(found("telnets AND country:de"));
  EXPECT_FALSE(found("\"and\" telnets")) << "in quotes it is a word";
}

TEST(Search, IsRefusedWhereItMeansNothing) {
  for (const char* text : {"", "  ", "AND", "\"a", "a\"b\"c\"", "a:", ":b", "\"\"", "x AND y:"}) {
    EXPECT_FALSE(parse_search(text)) << text;
  }
}

}  // namespace
}  // namespace penstock::simulator
