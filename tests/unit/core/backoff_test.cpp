#include "penstock/core/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace penstock {
namespace {

using namespace std::chrono_literals;

template <class Backoff>
std::vector<Duration> next_waits(Backoff& backoff, std::size_t count) {
  std::vector<Duration> waits(count);
  std::generate(waits.begin(), waits.end(), [&] { return backoff.next(); });
  return waits;
}

TEST(LinearBackoff, StartsAtOnceAndGrowsByItsStep) {
  LinearBackoff backoff(0ms, 250ms, 16s);
  EXPECT_EQ(next_waits(backoff, 4), (std::vector<Duration>{0ms, 250ms, 500ms, 750ms}));
}

TEST(LinearBackoff, StaysAtItsMaximum) {
  LinearBackoff backoff(0ms, 250ms, 1s);
  EXPECT_EQ(next_waits(backoff, 7), (std::vector<Duration>{0ms, 250ms, 500ms, 750ms, 1s, 1s, 1s}));
}

TEST(LinearBackoff, NeverPassesAMaximumBetweenTwoSteps) {
  LinearBackoff backoff(100ms, 200ms, 400ms);
  EXPECT_EQ(next_waits(backoff, 4), (std::vector<Duration>{100ms, 300ms, 400ms, 400ms}));
}

TEST(LinearBackoff, BeginsAgainAfterAReset) {
  LinearBackoff backoff(0ms, 250ms, 16s);
  next_waits(backoff, 100);
  backoff.reset();
  EXPECT_EQ(next_waits(backoff, 2), (std::vector<Duration>{0ms, 250ms}));
}

TEST(LinearBackoff, WithoutAStepGivesTheSameForever) {
  LinearBackoff backoff(5min, 0ms, 5min);
  EXPECT_EQ(next_waits(backoff, 3), (std::vector<Duration>{5min, 5min, 5min}));
}

TEST(DoublingBackoff, DoublesUpToItsMaximum) {
  DoublingBackoff backoff(5s, 320s);
  EXPECT_EQ(next_waits(backoff, 9),
            (std::vector<Duration>{5s, 10s, 20s, 40s, 80s, 160s, 320s, 320s, 320s}));
}

TEST(DoublingBackoff, NeverPassesAMaximumThatIsNoDouble) {
  DoublingBackoff backoff(60s, 15min);
  EXPECT_EQ(next_waits(backoff, 6), (std::vector<Duration>{60s, 120s, 240s, 480s, 15min, 15min}));
}

TEST(DoublingBackoff, BeginsAgainAfterAReset) {
  DoublingBackoff backoff(5s, 320s);
  next_waits(backoff, 100);
  backoff.reset();
  EXPECT_EQ(next_waits(backoff, 2), (std::vector<Duration>{5s, 10s}));
}

TEST(DoublingBackoff, HoldsAFirstWaitAboveTheMaximumDown) {
  DoublingBackoff backoff(10s, 5s);
  EXPECT_EQ(next_waits(backoff, 2), (std::vector<Duration>{5s, 5s}));
}

TEST(Jitter, StaysWithinItsSpreadAndUsesBothHalves) {
  Random random(1);
  Duration least = 10s, most = 10s;
  for (int i = 0; i < 10'000; ++i) {
    const Duration wait = jittered(10s, 0.2, random);
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_GE(least, 8s);
  EXPECT_LT(least, 8'100ms);
  EXPECT_LE(most, 12s);
  EXPECT_GT(most, 11'900ms);
}

TEST(Jitter, IsTheSameForTheSameSeed) {
  Random a(42), b(42);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(jittered(1h, 0.2, a), jittered(1h, 0.2, b));
  }
}

TEST(Jitter, OfNothingOrWithoutASpreadChangesNothing) {
  Random random(7);
  EXPECT_EQ(jittered(0ms, 0.2, random), 0ms);
  EXPECT_EQ(jittered(12'345ms, 0.0, random), 12'345ms);
}

}  // namespace
}  // namespace penstock
