#include "simulator/url_text.hpp"

#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

TEST(UrlText, IsDecoded) {
  EXPECT_EQ(percent_decoded("192.0.2.0%2f24+%41%00").value(), std::string("192.0.2.0/24+A\0", 15));
  for (const char* text : {"%", "%4", "%4g", "a%+1"}) {
    EXPECT_FALSE(percent_decoded(text)) << text;
  }
}

TEST(UrlText, HasParametersAsFormsWriteThem) {
  EXPECT_EQ(parse_parameters("query=product:a%20AND+b%3D%26&ocr&page=2&page=3&x=").value(),
            (Parameters{{"query", "product:a AND b=&"}, {"ocr", ""}, {"page", "2"}, {"x", ""}}));
  EXPECT_EQ(parse_parameters("").value(), Parameters{});
  EXPECT_FALSE(parse_parameters("a=1&b=%zz"));
}

}  // namespace
}  // namespace penstock::simulator
