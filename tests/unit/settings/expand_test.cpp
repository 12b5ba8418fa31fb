#include "settings/expand.hpp"

#include <gmock/gmock.h>

#include "unit/settings/support.hpp"

namespace penstock::settings {
namespace {

using Expand = SettingsTest;

const Environment environment{{"A", "one"}, {"EMPTY", ""}, {"NESTED", "${A}"}};

std::string expanded(std::string_view text) { return expand(text, environment).value().text; }

TEST_F(Expand, PutsVariablesIn) {
  EXPECT_EQ(expanded("plain $A $ {A}"), "plain $A $ {A}");
  EXPECT_EQ(expanded("<${A}${A}>"), "<oneone>");
  EXPECT_EQ(expanded("${EMPTY}"), "");
  EXPECT_EQ(expanded("${NESTED}"), "${A}");
}

TEST_F(Expand, TakesTheDefaultAsAShellDoes) {
  EXPECT_EQ(expanded("${A:-two}"), "one");
  EXPECT_EQ(expanded("${B:-two}"), "two");
  EXPECT_EQ(expanded("${EMPTY:-two}"), "two");
  EXPECT_EQ(expanded("${B:-}"), "");
}

TEST_F(Expand, PutsFilesInWithoutTheirLastLineEnd) {
  const std::string path = file("value", "line\n\r\n");
  const Expanded result = expand("<${file:" + path + "}>", environment).value();
  EXPECT_EQ(result.text, "<line\n>");
  EXPECT_TRUE(result.from_file);
  EXPECT_FALSE(expand("${A}", environment).value().from_file);
}

TEST_F(Expand, SaysWhatItCanNotReplace) {
  const auto problem = [](std::string_view text) { return expand(text, environment).error().what; };
  EXPECT_EQ(problem("${B}"), "the variable `B` is not set");
  EXPECT_EQ(problem("${A"), "`${` without its `}`");
  EXPECT_THAT(problem("${}"), testing::HasSubstr("must be followed by NAME"));
  EXPECT_THAT(problem("${A-x}"), testing::HasSubstr("must be followed by NAME"));
  EXPECT_THAT(problem("${file:relative}"), testing::HasSubstr("absolute"));
  EXPECT_THAT(problem("${file:/no/such}"), testing::HasSubstr("No such file"));
  EXPECT_THAT(problem("${file:/tmp}"), testing::HasSubstr("directory"));
  EXPECT_THAT(problem("${file:/dev/zero}"), testing::HasSubstr("larger than 64KiB"));
}

}  // namespace
}  // namespace penstock::settings
