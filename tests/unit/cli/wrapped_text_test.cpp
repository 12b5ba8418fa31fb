#include "cli/wrapped_text.hpp"

#include <gmock/gmock.h>

namespace penstock::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(WrappedText, BreaksBetweenWordsAtTheWidth) {
  EXPECT_THAT(wrapped("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped("one two three", 6), ElementsAre("one", "two", "three"));
}

TEST(WrappedText, TakesAllWhiteSpaceAlike) {
  EXPECT_THAT(wrapped("\n one\n\ttwo  three\n", 80), ElementsAre("one two three"));
}

TEST(WrappedText, LeavesAWordWholeThatIsTooLong) {
  EXPECT_THAT(wrapped("a much-too-long b", 5), ElementsAre("a", "much-too-long", "b"));
}

TEST(WrappedText, NothingHasNoLines) { EXPECT_THAT(wrapped(" \n", 80), IsEmpty()); }

TEST(JoinedText, HasTheSeparatorBetweenOnly) {
  EXPECT_EQ(joined(std::vector<std::string>{"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(joined(std::vector<std::string>{"", "b"}, ", "), ", b");
  EXPECT_EQ(joined({}, ", "), "");
}

}  // namespace
}  // namespace penstock::cli
