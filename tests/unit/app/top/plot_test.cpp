#include "app/top/plot.hpp"

#include <gtest/gtest.h>

namespace penstock::app::top {
namespace {

using Values = std::vector<std::optional<double>>;

TEST(Plot, ASparklineHasTheLatestAtTheRight) {
  EXPECT_EQ(sparkline(Values{1, 4, 8}, 5, Glyphs::blocks), "  ▂▄█");
  EXPECT_EQ(sparkline(Values{1, 4, 8}, 5, Glyphs::ascii), "  .-#");
}

TEST(Plot, ZeroLittleAndUnknownDiffer) {
  EXPECT_EQ(sparkline(Values{std::nullopt, 0, 0.001, 100}, 4, Glyphs::blocks), " ▁▂█");
  EXPECT_EQ(sparkline(Values{0, 0}, 2, Glyphs::blocks), "▁▁");
  EXPECT_EQ(sparkline(Values{}, 3, Glyphs::blocks), "   ");
}

TEST(Plot, WhatIsTooLongIsCondensed) {
  const Values values{1, 3, std::nullopt, 5, std::nullopt, std::nullopt};
  EXPECT_EQ(condensed(values, 3, Sample::mean), (Values{2, 5, std::nullopt}));
  EXPECT_EQ(condensed(values, 3, Sample::largest), (Values{3, 5, std::nullopt}));
  EXPECT_EQ(condensed(values, 6, Sample::mean), values);
  EXPECT_TRUE(condensed(values, 0, Sample::mean).empty());
}

TEST(Plot, HasAsManyLinesAsItMay) {
  const std::vector<std::string> expected{"   █", "  ▄█", " ▁██"};
  EXPECT_EQ(plot(Values{0, 0.01, 12, 24}, 4, 3, 24, Sample::mean, Glyphs::blocks), expected);
  const std::vector<std::string> ascii{"   #", "  :#", " .##"};
  EXPECT_EQ(plot(Values{0, 0.01, 12, 24}, 4, 3, 24, Sample::mean, Glyphs::ascii), ascii);
}

TEST(Plot, ScalesToNothingWhereThereIsNothing) {
  EXPECT_EQ(largest_of(Values{std::nullopt, -1}), 0);
  EXPECT_EQ(plot(Values{0, std::nullopt}, 3, 1, 0, Sample::mean, Glyphs::blocks),
            std::vector<std::string>{"   "});
}

}  // namespace
}  // namespace penstock::app::top
