#include "penstock/ops/source_history.hpp"

#include <gtest/gtest.h>

namespace penstock::ops {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime start{1'000s};

TEST(SourceHistory, HasAPointForEachIntervalThatIsOver) {
  SourceHistory history;
  history.sample(start, 1'000, 0.5);
  history.sample(start + 4s, 1'400, 0.5);
  EXPECT_TRUE(history.points().empty());
  EXPECT_EQ(history.events_per_second(), std::nullopt);
  history.sample(start + 5s, 1'500, 0.25);
  ASSERT_EQ(history.points().size(), 1u);
  EXPECT_EQ(history.points()[0], (HistoryPoint{.events_per_second = 100, .lag_seconds = 0.25}));
  EXPECT_EQ(history.events_per_second(), 100);
}

TEST(SourceHistory, DividesByTheTimeThatPassedHoweverLateTheSample) {
  SourceHistory history;
  history.sample(start, 0, 0);
  history.sample(start + 10s, 100, 1);
  EXPECT_EQ(history.events_per_second(), 10);
}

TEST(SourceHistory, HasNoLagWhereNoEventCame) {
  SourceHistory history;
  history.sample(start, 7, 3);
  history.sample(start + 5s, 7, 3);
  EXPECT_EQ(history.points().back(), (HistoryPoint{.events_per_second = 0, .lag_seconds = {}}));
}

TEST(SourceHistory, BeginsAnewWhereTheCountDoes) {
  SourceHistory history;
  history.sample(start, 1'000, 0);
  history.sample(start + 5s, 10, 0);
  history.sample(start + 10s, 60, 0);
  ASSERT_EQ(history.points().size(), 1u);
  EXPECT_EQ(history.events_per_second(), 10);
}

TEST(SourceHistory, KeepsTenMinutes) {
  SourceHistory history;
  for (std::uint64_t i = 0; i <= 200; ++i) {
    history.sample(start + i * 5s, i * i, 0);
  }
  EXPECT_EQ(history.points().size(), SourceHistory::points_kept);
  EXPECT_EQ(history.events_per_second(), (200.0 * 200 - 199.0 * 199) / 5);
}

}  // namespace
}  // namespace penstock::ops
