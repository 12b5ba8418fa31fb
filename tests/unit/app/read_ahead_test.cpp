#include "app/read_ahead.hpp"

#include <gtest/gtest.h>

namespace penstock::app {
namespace {

constexpr MonotonicTime at(int milliseconds) {
  return MonotonicTime(std::chrono::milliseconds(milliseconds));
}
constexpr Bytes mebibytes(std::uint64_t count) { return Bytes{count << 20}; }
constexpr Bytes limit = limits::read_ahead;
constexpr Bytes below{limit.count - 1};

TEST(ReadAhead, HoldsAtItsLimitWhileCommitsCome) {
  ReadAhead reading;
  EXPECT_FALSE(reading.holds(below, at(0)));
  for (int now = 0; now < 20'000; now += 250) {
    reading.committed(at(now));
    EXPECT_TRUE(reading.holds(limit, at(now + 1)));
    EXPECT_FALSE(reading.holds(below, at(now + 2)));
  }
}

TEST(ReadAhead, WaitsForTheFirstCommitForAMoment) {
  ReadAhead reading;
  EXPECT_TRUE(reading.holds(limit, at(10'000)));
  EXPECT_TRUE(reading.holds(limit, at(12'000)));
  EXPECT_FALSE(reading.holds(limit, at(12'001)));
}

TEST(ReadAhead, ReadsOnWhereKafkaDoesNotAnswerUntilAllIsPublished) {
  ReadAhead reading;
  reading.committed(at(0));
  EXPECT_TRUE(reading.holds(limit, at(0)));
  EXPECT_FALSE(reading.holds(limit, at(2'001)));
  reading.committed(at(3'000));
  EXPECT_FALSE(reading.holds(limit, at(3'001)));
  EXPECT_FALSE(reading.holds(Bytes{limit.count / 2}, at(3'002)));
  EXPECT_FALSE(reading.holds(limit, at(3'003)));
  EXPECT_FALSE(reading.holds(Bytes{limit.count / 2 - 1}, at(3'004)));
  EXPECT_TRUE(reading.holds(limit, at(3'005)));
}

TEST(ReadAhead, DoesNotHoldBackWhatComesBehindABacklog) {
  ReadAhead reading;
  for (int now = 0; now < 1'000; now += 10) {
    reading.committed(at(now));
    EXPECT_FALSE(reading.holds(mebibytes(4'000 - static_cast<std::uint64_t>(now)), at(now)));
  }
  EXPECT_FALSE(reading.holds(limit, at(1'000))) << "not before it has caught up";
}

TEST(ReadAhead, GivesUpWhereItDoesNotCatchUp) {
  ReadAhead reading;
  int now = 0;
  for (; reading.holds(limit, at(now)); now += 100) {
    reading.committed(at(now));
    ASSERT_LE(now, 30'000);
  }
  EXPECT_EQ(now, 30'100);
}

}  // namespace
}  // namespace penstock::app
