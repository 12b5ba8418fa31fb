#include "ops/plot.hpp"

#include <gtest/gtest.h>

namespace penstock::ops {
namespace {

using namespace std::chrono_literals;

TEST(LinePlot, GoesFromZeroAtTheBottomToTheLargestAtTheTop) {
  EXPECT_EQ(line_plot({0, 10, 5}, 3, "Rate"),
            "<svg class=\"plot\" viewBox=\"0 0 240.0 48.0\" preserveAspectRatio=\"none\" "
            "role=\"img\" aria-label=\"Rate\">"
            "<polyline points=\"0.0,47.0 0.0,47.0 120.0,1.0 240.0,24.0\"/></svg>");
}

TEST(LinePlot, HasTheLatestAtTheRightAndNoLineWhereThereIsNothing) {
  const std::string plot = line_plot({4, std::nullopt, 4}, 5, "");
  EXPECT_NE(plot.find("<polyline points=\"120.0,1.0 120.0,1.0\"/>"), std::string::npos) << plot;
  EXPECT_NE(plot.find("<polyline points=\"240.0,1.0 240.0,1.0\"/>"), std::string::npos) << plot;
}

TEST(LinePlot, IsFlatWhereAllIsZeroAndEmptyWithoutValues) {
  EXPECT_NE(line_plot({0, 0}, 2, "").find("0.0,47.0 240.0,47.0"), std::string::npos);
  EXPECT_EQ(line_plot({}, 2, "").find("polyline"), std::string::npos);
}

GapView gap(WallTime from, std::optional<WallTime> to, std::string_view state) {
  return {.gap_id = "1", .source = "stream", .started_at = from, .ended_at = to, .state = state};
}

TEST(GapTimeline, DrawsAGapWhereItWas) {
  const WallTime end{1'000'000s};
  const WallTime begin = end - 480s;  // a pixel a second
  const auto drawn = [&](const GapView& one) { return gap_timeline({one}, begin, end, "Gaps"); };
  EXPECT_NE(drawn(gap(begin + 10s, begin + 30s, "recovered"))
                .find("<rect class=\"recovered\" x=\"10.0\" y=\"0\" width=\"20.0\""),
            std::string::npos);
  EXPECT_NE(
      drawn(gap(end - 100s, std::nullopt, "open")).find("x=\"380.0\" y=\"0\" width=\"100.0\""),
      std::string::npos)
      << "it lasts";
  EXPECT_NE(drawn(gap(begin - 50s, begin + 5s, "open")).find("x=\"0.0\" y=\"0\" width=\"5.0\""),
            std::string::npos)
      << "it began before";
  EXPECT_NE(drawn(gap(end - 10ms, end, "open")).find("x=\"479.0\" y=\"0\" width=\"1.0\""),
            std::string::npos)
      << "short ones are seen, too";
  EXPECT_EQ(drawn(gap(begin - 50s, begin - 5s, "open")).find("<rect"), std::string::npos);
}

}  // namespace
}  // namespace penstock::ops
