#include "ops/html.hpp"

#include <gtest/gtest.h>

namespace penstock::ops {
namespace {

std::string text(std::string_view raw) { return std::move(Html().text(raw)).str(); }

TEST(Html, EscapesWhatIsMarkupInContentAndAttributes) {
  EXPECT_EQ(text(R"(<a href="x">&'</a>)"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
}

TEST(Html, KeepsText) {
  EXPECT_EQ(text("caf\xC3\xA9 \xE2\x82\xAC 12"), "caf\xC3\xA9 \xE2\x82\xAC 12");
}

TEST(Html, ReplacesControlCharactersAndWhatIsNoUtf8) {
  const std::string sign = "\xEF\xBF\xBD";
  EXPECT_EQ(text(std::string_view("a\0b", 3)), "a" + sign + "b");
  EXPECT_EQ(text("\x1b[31m\r\n\x7f"), sign + "[31m" + sign + sign + sign);
  EXPECT_EQ(text("\xC2\x9B"), sign) << "a C1 control character";
  EXPECT_EQ(text("\u202Ea"), sign + "a") << "it would turn the direction of what follows";
  EXPECT_EQ(text("\xFFx\xC3"), sign + "x" + sign);
}

TEST(Html, WritesNumbersAsPeopleReadThem) {
  EXPECT_EQ(std::move(Html().text(std::uint64_t{1234567}).markup("<br>")).str(), "1,234,567<br>");
}

}  // namespace
}  // namespace penstock::ops
