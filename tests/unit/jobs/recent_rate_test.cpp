#include "jobs/recent_rate.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "unit/jobs/batches.hpp"

namespace penstock::jobs {
namespace {

TEST(RecentRate, IsOfTheLastMinuteOrTwo) {
  RecentRate rate;
  rate.open(at_s(0));
  for (int second = 1; second <= 600; ++second) {
    rate.add(second <= 300 ? 1000 : 2, at_s(second));
  }
  EXPECT_EQ(rate.at(at_s(600)).in(Duration(10'000)), 20u);
}

TEST(RecentRate, CountsSilence) {
  RecentRate rate;
  rate.open(at_s(0));
  rate.add(10, at_s(10));
  EXPECT_EQ(rate.at(at_s(100)).in(Duration(10'000)), 1u);
}

TEST(RecentRate, SaysNothingOfAYoungSession) {
  RecentRate rate;
  rate.open(at_s(0));
  rate.add(10, at_ms(999));
  EXPECT_EQ(rate.at(at_ms(999)).in(Duration(1000)), std::nullopt);
  EXPECT_EQ(rate.at(at_ms(1000)).in(Duration(1000)), 10u);
}

TEST(RecentRate, TakesClocksThatAreSetBackAndAnyNumber) {
  RecentRate rate;
  rate.open(at_s(100));
  rate.add(10, at_s(110));
  rate.add(10, at_s(50));
  EXPECT_EQ(rate.at(at_s(50)).in(Duration(1000)), 2u);
  const Rate most{.events = std::numeric_limits<std::uint64_t>::max(), .time = Duration(1000)};
  EXPECT_EQ(most.in(Duration(-1)), 0u);
  EXPECT_EQ(most.in(Duration::max()), 8'640'000'000'000'000u);
}

}  // namespace
}  // namespace penstock::jobs
