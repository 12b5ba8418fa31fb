#include "app/sealing.hpp"

#include <gtest/gtest.h>

namespace penstock::app {
namespace {

constexpr Duration ahead = limits::seal_ahead;

MonotonicTime at(Duration time) { return MonotonicTime{std::chrono::seconds(10) + time}; }

TEST(SealingOf, IsJustInTimeForTheTick) {
  const CommitBeat beat(Duration{250});
  EXPECT_EQ(sealing_of(beat, at(Duration{0})).at, at(Duration{250} - ahead));
  EXPECT_EQ(sealing_of(beat, at(Duration{200})).at, at(Duration{250} - ahead));
  EXPECT_EQ(sealing_of(beat, at(Duration{200})).tick, at(Duration{250}));
}

TEST(SealingOf, IsForTheNextTickWhereThisOneIsMissed) {
  const CommitBeat beat(Duration{250});
  EXPECT_EQ(sealing_of(beat, at(Duration{250} - ahead)).at, at(Duration{500} - ahead));
  EXPECT_EQ(sealing_of(beat, at(Duration{249})).at, at(Duration{500} - ahead));
  EXPECT_EQ(sealing_of(beat, at(Duration{249})).tick, at(Duration{500}));
}

TEST(SealingOf, DoesNotWaitForATickThatIsFar) {
  const CommitBeat beat(Duration{10'000});
  EXPECT_EQ(sealing_of(beat, at(Duration{0})).at, at(limits::block_max_age));
  EXPECT_EQ(sealing_of(beat, at(Duration{0})).tick, std::nullopt);
  EXPECT_EQ(sealing_of(beat, at(Duration{9'990})).at, at(Duration{10'000} - ahead));
}

TEST(SealingOf, IsAheadForTheShortestIntervalToo) {
  const CommitBeat beat(Duration{10});
  for (Duration begun{0}; begun < Duration{20}; ++begun) {
    EXPECT_GT(sealing_of(beat, at(begun)).at, at(begun));
    EXPECT_LE(sealing_of(beat, at(begun)).at, at(begun) + Duration{10});
  }
}

}  // namespace
}  // namespace penstock::app
