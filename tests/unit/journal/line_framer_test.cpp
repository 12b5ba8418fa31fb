#include "penstock/journal/line_framer.hpp"

#include <gtest/gtest.h>

namespace penstock::journal {
namespace {

TEST(LineFramer, CountsUpToTheLastLineEnd) {
  LineFramer framer;
  framer.append("{}\n{}\n{");
  EXPECT_EQ(framer.filled(), 7u);
  EXPECT_EQ(framer.whole(), 6u);
  EXPECT_EQ(framer.tail(), 1u);
}

TEST(LineFramer, FindsALineEndThatComesAlone) {
  LineFramer framer;
  framer.append("{}");
  EXPECT_EQ(framer.whole(), 0u);
  framer.append("\n");
  EXPECT_EQ(framer.whole(), 3u);
}

TEST(LineFramer, GoesOnFromTheTail) {
  LineFramer framer;
  framer.append("abc\nde");
  framer.restart(framer.tail());
  framer.append("f\ng");
  EXPECT_EQ(framer.whole(), 4u);
  EXPECT_EQ(framer.filled(), 5u);
}

TEST(OversizedLine, CountsWithoutTheLineEnd) {
  OversizedLine line("abc");
  EXPECT_EQ(line.append("de"), 2u);
  EXPECT_FALSE(line.ended());
  EXPECT_EQ(line.append("f\nnext"), 2u);
  EXPECT_TRUE(line.ended());
  EXPECT_EQ(line.size(), 6u);
}

TEST(OversizedLine, TakesACarriageReturnForHalfOfALineEndWhereverItIsCut) {
  OversizedLine whole("abc");
  whole.append("\r\n");
  EXPECT_EQ(whole.size(), 3u);
  OversizedLine cut("abc\r");
  cut.append("\n");
  EXPECT_EQ(cut.size(), 3u);
  OversizedLine open("abc\r");
  open.append("d");
  EXPECT_EQ(open.size(), 5u);
  OversizedLine inside("ab\r");
  inside.append("c\n");
  EXPECT_EQ(inside.size(), 4u);
}

}  // namespace
}  // namespace penstock::journal
