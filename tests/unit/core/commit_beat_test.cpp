#include "penstock/core/commit_beat.hpp"

#include <gtest/gtest.h>

#include <set>

namespace penstock {
namespace {

using std::chrono::nanoseconds;

MonotonicTime at(Duration time) { return MonotonicTime{time}; }

TEST(CommitBeat, TicksOnceEachInterval) {
  const CommitBeat beat(Duration{250});
  EXPECT_EQ(beat.after(at(Duration{0})), at(Duration{250}));
  EXPECT_EQ(beat.after(at(Duration{249})), at(Duration{250}));
  EXPECT_EQ(beat.after(at(Duration{250})), at(Duration{500})) << "after, not at";
  EXPECT_EQ(beat.after(at(Duration{250}) - nanoseconds(1)), at(Duration{250}));
  EXPECT_EQ(beat.after(at(Duration{1'000'100})), at(Duration{1'000'250}));
}

TEST(CommitBeat, IsShifted) {
  const CommitBeat beat(Duration{250}, Duration{100});
  EXPECT_EQ(beat.after(at(Duration{0})), at(Duration{100}));
  EXPECT_EQ(beat.after(at(Duration{99})), at(Duration{100}));
  EXPECT_EQ(beat.after(at(Duration{100})), at(Duration{350}));
  EXPECT_EQ(CommitBeat(Duration{250}, Duration{350}).after(at(Duration{0})), at(Duration{100}));
}

TEST(CommitBeat, OfSourcesIsApart) {
  std::set<MonotonicTime> ticks;
  for (const char* source : {"firehose", "stream", "torrent", "sinkhole"}) {
    const CommitBeat beat = CommitBeat::of(SourceName(source), Duration{250});
    const MonotonicTime tick = beat.after(at(Duration{10'000}));
    EXPECT_EQ(beat.after(tick), tick + Duration{250});
    EXPECT_EQ(CommitBeat::of(SourceName(source), Duration{250}).after(tick), tick + Duration{250});
    ticks.insert(tick);
  }
  EXPECT_EQ(ticks.size(), 4u);
}

}  // namespace
}  // namespace penstock
