#include "app/sealing.hpp"

#include <gtest/gtest.h>

namespace penstock::app {
namespace {

constexpr Duration ahead = limits::seal_ahead;

MonotonicTime at(Duration time) { return MonotonicTime{std::chrono::seconds(10) + time}; }

TEST(SealedBy, IsJustInTimeForTheTick) {
  const CommitBeat beat(Duration{250});
  EXPECT_EQ(sealed_by(beat, at(Duration{0})), at(Duration{250} - ahead));
  EXPECT_EQ(sealed_by(beat, at(Duration{200})), at(Duration{250} - ahead));
}

TEST(SealedBy, IsForTheNextTickWhereThisOneIsMissed) {
  const CommitBeat beat(Duration{250});
  EXPECT_EQ(sealed_by(beat, at(Duration{250} - ahead)), at(Duration{500} - ahead));
  EXPECT_EQ(sealed_by(beat, at(Duration{249})), at(Duration{500} - ahead));
}

TEST(SealedBy, DoesNotWaitForATickThatIsFar) {
  const CommitBeat beat(Duration{10'000});
  EXPECT_EQ(sealed_by(beat, at(Duration{0})), at(limits::block_max_age));
  EXPECT_EQ(sealed_by(beat, at(Duration{9'990})), at(Duration{10'000} - ahead));
}

TEST(SealedBy, IsAheadForTheShortestIntervalToo) {
  const CommitBeat beat(Duration{10});
  for (Duration begun{0}; begun < Duration{20}; ++begun) {
    EXPECT_GT(sealed_by(beat, at(begun)), at(begun));
    EXPECT_LE(sealed_by(beat, at(begun)), at(begun) + Duration{10});
  }
}

}  // namespace
}  // namespace penstock::app
