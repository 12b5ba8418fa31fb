#include "app/top/line.hpp"

#include <gtest/gtest.h>

namespace penstock::app::top {
namespace {

TEST(TopLine, WidthIsInCharacters) {
  EXPECT_EQ(width("a▁█"), 3u);
  EXPECT_EQ(width(Line{{"ab"}, {"█"}}), 3u);
}

TEST(TopLine, WhatIsCutSaysSo) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("abcd", 3), "ab~");
  EXPECT_EQ(cut("▁▂▃▄", 3), "▁▂~");
  EXPECT_EQ(cut("abc", 0), "");
  EXPECT_EQ(left("ab", 4), "ab  ");
  EXPECT_EQ(right("▁b", 4), "  ▁b");
}

TEST(TopLine, ALineIsCutWithinTheSpanThatIsTooLong) {
  const Line line{{"abc", Style::good}, {"def", Style::bad}, {"g"}};
  EXPECT_EQ(cut(line, 7), line);
  EXPECT_EQ(cut(line, 5), (Line{{"abc", Style::good}, {"d~", Style::bad}}));
  EXPECT_EQ(cut(line, 3), (Line{{"ab~", Style::good}}));
  EXPECT_EQ(text_of(cut(line, 6)), "abcde~");
}

TEST(TopLine, TermsFlowOverLines) {
  const Lines lines = flowed("In  ", {{"one", Style::strong}, {"two"}, {"three"}}, 13);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(text_of(lines[0]), "In  one, two,");
  EXPECT_EQ(text_of(lines[1]), "    three");
  EXPECT_EQ(lines[0][1].style, Style::strong);
}

}  // namespace
}  // namespace penstock::app::top
