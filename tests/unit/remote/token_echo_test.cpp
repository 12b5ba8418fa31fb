#include "remote/token_echo.hpp"

#include <gtest/gtest.h>

namespace penstock::remote {
namespace {

constexpr std::string_view token = R"(a/B+c=\"9)";

TEST(TokenEcho, IsFoundHoweverItIsWritten) {
  for (const std::string_view text : {
           R"(a/B+c=\"9)",
           R"(<a/B+c=\"9>)",
           R"({"message":"no a\/B+c=\\\"9 here"})",
           R"(\u0061\u002F\u0042\u002b\u0063\u003D\u005c\u0022\u0039)",
           R"(\\a\/B\u002bc\u003d\\\"9)",
           "https://x.test/?t=a%2fB%2Bc%3D%5C%229&u",
           "%a%2fB%2Bc%3D%5C%229%",
       }) {
    EXPECT_TRUE(quotes(text, token)) << text;
  }
}

TEST(TokenEcho, IsNotWhatOnlyLooksLikeIt) {
  for (const std::string_view text :
       {"", "a", R"(a/B+c=\")", R"(\)", R"(\u)", R"(\u00)", R"(a/B+c=\"\u)", R"(\u00e9\uD83D)", "%",
        "%2", "%zz", "a/B+c=%5C%22", "a/B c="}) {
    EXPECT_FALSE(quotes(text, token)) << text;
  }
  EXPECT_FALSE(quotes("anything", ""));
}

}  // namespace
}  // namespace penstock::remote
