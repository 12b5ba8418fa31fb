#include "penstock/core/counters.hpp"

#include <gtest/gtest.h>

#include <atomic>
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

TEST(SourceCounters, MoveEventsFromOneFigureToAnother) {
  SourceCounters counters;
  counters.came(10, false);
  counters.came(3, true);
  EventTally tally{.published = 4, .duplicate = 3, .filtered = 2, .dead_letters = {}};
  tally.dead_letters[static_cast<std::size_t>(DeadLetterReason::too_deep)] = 1;
  counters.leave(10, tally);
  const EventFigures figures = counters.events();
  EXPECT_EQ(figures.received, 10u);
  EXPECT_EQ(figures.recovered, 3u);
  EXPECT_EQ(figures.left.published, 4u);
  EXPECT_EQ(figures.left.duplicate, 3u);
  EXPECT_EQ(figures.left.filtered, 2u);
  EXPECT_EQ(figures.left.dead_letters[static_cast<std::size_t>(DeadLetterReason::too_deep)], 1u);
  EXPECT_EQ(figures.in_journal, 3u);
  EXPECT_EQ(figures.unaccounted(), 0);
}

TEST(SourceCounters, AccountForEveryEventAtAnyMoment) {
  SourceCounters counters;
  constexpr std::uint64_t batches = 20'000, lines = 100;
  std::atomic<bool> over{false};
  std::thread coming([&] {
    for (std::uint64_t i = 0; i < batches; ++i) {
      counters.came(lines, i % 2 == 0);
    }
  });
  std::thread leaving([&] {
    for (std::uint64_t i = 0; i < batches; ++i) {
      while (counters.events().in_journal < lines) {
        std::this_thread::yield();
      }
      counters.leave(lines, {.published = lines - 1, .duplicate = 1});
    }
    over = true;
  });
  std::uint64_t wrong = 0;
  while (!over) {
    wrong += counters.events().unaccounted() != 0 ? 1u : 0u;
  }
  coming.join();
  leaving.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(counters.events().in_journal, 0u);
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
