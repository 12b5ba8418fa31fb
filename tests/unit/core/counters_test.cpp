#include "penstock/core/counters.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>
#include <vector>

namespace penstock {
namespace {

TEST(Counter, LosesNoCountOfAnyThread) {
  constexpr int threads = 4, times = 10'000;
  Counter counter;
  std::vector<std::thread> adding;
  for (int t = 0; t < threads; ++t) {
    adding.emplace_back([&] {
      for (int i = 0; i < times; ++i) {
        counter.add();
      }
    });
  }
  for (std::thread& thread : adding) {
    thread.join();
  }
  EXPECT_EQ(counter.get(), std::uint64_t{threads} * times);
}

TEST(LatencyHistogram, PutsAValueOnABoundIntoTheBucketBelowIt) {
  for (std::size_t i = 0; i < LatencyHistogram::bounds.size(); ++i) {
    LatencyHistogram histogram;
    histogram.observe(LatencyHistogram::bounds[i], 1);
    histogram.observe(LatencyHistogram::bounds[i] * 1.000001, 1);
    const auto counts = histogram.counts();
    EXPECT_EQ(counts[i], 1u) << i;
    EXPECT_EQ(counts[i + 1], 1u) << i;
  }
}

TEST(LatencyHistogram, CountsAValueAsOftenAsToldAndSumsIt) {
  LatencyHistogram histogram;
  histogram.observe(0.2, 1'000);
  histogram.observe(3, 2);
  const auto counts = histogram.counts();
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 1'002u);
  EXPECT_DOUBLE_EQ(histogram.sum(), 206.0);
}

TEST(LatencyHistogram, TakesATimeBeforeItsReceiptForNone) {
  LatencyHistogram histogram;
  histogram.observe(-1, 1);  // the wall clock was set back
  EXPECT_EQ(histogram.counts().front(), 1u);
  EXPECT_EQ(histogram.sum(), 0.0);
}

}  // namespace
}  // namespace penstock
