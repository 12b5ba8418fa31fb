#include "penstock/core/ids.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace penstock {
namespace {

static_assert(!std::is_convertible_v<SessionId, BlockSequence>);
static_assert(!std::is_convertible_v<std::uint64_t, SessionId>);

TEST(Number, CountsUp) {
  const SessionId first{1};
  EXPECT_EQ(first.next(), SessionId{2});
  EXPECT_LT(first, first.next());
}

TEST(SourceName, TakesWhatIsSafeInTopicsKeysAndLabels) {
  for (const char* name : {"firehose", "a", "7", "my-stream_2", "0-", "a__"}) {
    EXPECT_TRUE(SourceName::valid(name)) << name;
  }
}

TEST(SourceName, RefusesEverythingElse) {
  for (const char* name : {"", "-a", "_a", "Firehose", "a.b", "a b", "a/b", "é", "a\n"}) {
    EXPECT_FALSE(SourceName::valid(name)) << name;
  }
  EXPECT_FALSE(SourceName::valid(std::string_view("a\0b", 3)));
}

TEST(SourceName, HasAtMostSixtyFourCharacters) {
  EXPECT_TRUE(SourceName::valid(std::string(64, 'x')));
  EXPECT_FALSE(SourceName::valid(std::string(65, 'x')));
}

TEST(SourceName, KeepsItsText) { EXPECT_EQ(SourceName("stream").str(), "stream"); }

TEST(Position, DiffersInEveryPart) {
  const Position position{"0123456789abcdef", BlockSequence{3}, 17, ItemSequence{5}};
  EXPECT_EQ(position, (Position{"0123456789abcdef", BlockSequence{3}, 17, ItemSequence{5}}));
  EXPECT_NE(position, (Position{"0123456789abcdee", BlockSequence{3}, 17, ItemSequence{5}}));
  EXPECT_NE(position, (Position{"0123456789abcdef", BlockSequence{4}, 17, ItemSequence{5}}));
  EXPECT_NE(position, (Position{"0123456789abcdef", BlockSequence{3}, 18, ItemSequence{5}}));
  EXPECT_NE(position, (Position{"0123456789abcdef", BlockSequence{3}, 17, ItemSequence{6}}));
}

}  // namespace
}  // namespace penstock
