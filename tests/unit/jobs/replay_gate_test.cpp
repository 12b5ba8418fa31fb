#include "penstock/jobs/replay_gate.hpp"

#include <gtest/gtest.h>

namespace penstock::jobs {
namespace {

MonotonicTime at(std::int64_t s) { return MonotonicTime(std::chrono::seconds(s)); }

FullTime full(std::int64_t since, std::int64_t until) { return {at(since), at(until)}; }

LiveChannel live(std::uint64_t received, std::uint64_t delivered,
                 std::optional<FullTime> full = std::nullopt) {
  return {BlockSequence{received}, BlockSequence{delivered}, full};
}

template <class Time>
std::int64_t seconds(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

TEST(ReplayGate, OpensAtOnceWhereAllThatCameIsDecided) {
  EXPECT_TRUE(ReplayGate().opens(live(0, 0), at(1)));
  EXPECT_TRUE(ReplayGate().opens(live(7, 7), at(1)));
}

TEST(ReplayGate, WaitsForWhatCameBeforeItWasAskedAndForNothingLater) {
  ReplayGate gate;
  EXPECT_FALSE(gate.opens(live(7, 5), at(1)));
  EXPECT_FALSE(gate.opens(live(20, 6), at(2)));
  EXPECT_TRUE(gate.opens(live(30, 7), at(3)));
}

// Of a later process of a journal: the blocks that it recovers are far below its own.
TEST(ReplayGate, OpensWhereNothingWaitsAnyMoreThoughNoBlockHasTheLastNumber) {
  const std::uint64_t none_yet = first_block_of(1).value - 1;
  ReplayGate gate;
  EXPECT_FALSE(gate.opens(live(none_yet, 5), at(1)));
  EXPECT_TRUE(gate.opens(live(7, 7), at(2)));
}

TEST(ReplayGate, WaitsForWhatTheRemoteHeldBack) {
  ReplayGate gate;
  const auto wait = seconds(limits::after_full);
  EXPECT_FALSE(gate.opens(live(7, 7, full(100, 100)), at(100)));
  EXPECT_FALSE(gate.opens(live(9, 9, full(100, 101)), at(100 + wait))) << "full again";
  EXPECT_FALSE(gate.opens(live(12, 11, full(100, 101)), at(101 + wait)))
      << "and what came meanwhile";
  EXPECT_TRUE(gate.opens(live(15, 12, full(100, 101)), at(101 + wait)));
  EXPECT_EQ(ReplayGate::not_before(live(0, 0, full(100, 101))), at(101 + wait));
}

TEST(ReplayGate, WaitsAsLongAgainAsThereWasNoRoomWithinBounds) {
  const auto least = seconds(limits::after_full);
  const auto most = seconds(limits::after_full_most);
  const auto not_before = [](std::int64_t since, std::int64_t until) {
    return ReplayGate::not_before(live(0, 0, full(since, until)));
  };
  EXPECT_EQ(not_before(100, 100 + least), at(100 + 2 * least));
  EXPECT_EQ(not_before(100, 101 + least), at(102 + 2 * least));
  EXPECT_EQ(not_before(0, most + 1), at(2 * most + 1));
}

// What came meanwhile goes first, too.
TEST(ReplayGate, BeginsAnewWhereSomethingIsHeldBackWhileItWaits) {
  ReplayGate gate;
  const auto wait = seconds(limits::after_full);
  EXPECT_FALSE(gate.opens(live(7, 5), at(100)));
  EXPECT_FALSE(gate.opens(live(7, 7, full(101, 101)), at(101)));
  EXPECT_FALSE(gate.opens(live(9, 8, full(101, 101)), at(101 + wait)));
  EXPECT_TRUE(gate.opens(live(9, 9, full(101, 101)), at(101 + wait)));
}

WallTime wall(std::int64_t s) { return WallTime(std::chrono::seconds(1'700'000'000 + s)); }

TEST(HeldBack, HoldsReplaysBackWhereNothingRan) {
  HeldBack held;
  held.look(at(100), wall(0));
  held.look(at(101), wall(1));
  held.look(at(101 + seconds(limits::stood_still)), wall(0));
  EXPECT_FALSE(held.last()) << "it was busy, and the clock was set back";
  held.look(at(1'200), wall(1'100));
  EXPECT_GE(held.last()->caught_up(), at(1'200) + limits::after_full_most);
  EXPECT_EQ(held.last()->until, at(1'200));
  held.look(at(1'201), wall(1'101));
  EXPECT_EQ(held.last()->until, at(1'200)) << "it goes on";
}

// The monotonic clock stands still, too, while a machine is suspended.
TEST(HeldBack, HoldsReplaysBackWhereTheMachineStoodStill) {
  HeldBack held;
  held.look(at(100), wall(0));
  held.look(at(101), wall(31));
  EXPECT_EQ(held.last(), full(70, 101));
  held.look(at(102), wall(std::int64_t{9'000} * 365 * 86'400));
  EXPECT_EQ(held.last()->caught_up(), at(102) + limits::after_full_most);
}

TEST(HeldBack, IsOneTimeWhereTheJournalIsFullBehindIt) {
  HeldBack held;
  held.look(at(100), wall(0));
  held.look(at(130), wall(30));
  held.full(at(150));
  EXPECT_EQ(held.last(), full(100, 150));
}

// The remote drops a connection that waited: it may have sent what it dropped at any time of that.
TEST(HeldBack, SaysSinceWhenASessionMayHaveLostSomething) {
  HeldBack held;
  held.opened(at(100), wall(0));
  held.received(at(101));
  EXPECT_FALSE(held.lost_since(at(102), wall(2))) << "nothing was held back";
  held.received(at(1'000));
  EXPECT_EQ(held.lost_since(at(1'001), wall(901)), wall(2));
  held.opened(at(1'001), wall(901));
  EXPECT_FALSE(held.lost_since(at(1'002), wall(902))) << "it was opened after that";
}

TEST(HeldBack, LosesNothingOfASessionThatHasCaughtUp) {
  HeldBack held;
  held.opened(at(100), wall(0));
  for (std::int64_t second = 130; second <= 165; ++second) {
    held.look(at(second), wall(second - 100));
  }
  held.received(at(159));
  EXPECT_EQ(held.lost_since(at(165), wall(65)), wall(0));
  held.received(at(160));
  EXPECT_FALSE(held.lost_since(at(165), wall(65)));
}

TEST(HeldBack, LosesNothingOfBeforeTheSession) {
  HeldBack held;
  held.look(at(100), wall(0));
  held.full(at(101));
  held.opened(at(102), wall(2));
  held.full(at(103));
  EXPECT_EQ(held.lost_since(at(104), wall(4)), wall(2));
}

TEST(HeldBack, SaysHowFarTheClockWasSetBack) {
  HeldBack held;
  held.look(at(100), wall(0));
  held.look(at(101), wall(1));
  EXPECT_EQ(held.take_set_back(), Duration{0});
  held.look(at(102), wall(2) - limits::clock_step);
  EXPECT_EQ(held.take_set_back(), Duration{0}) << "it may be slow";
  held.look(at(103), wall(-50));
  held.look(at(104), wall(-60));
  EXPECT_EQ(held.take_set_back(), Duration(64'000) - limits::clock_step);
  EXPECT_EQ(held.take_set_back(), Duration{0});
  held.look(at(105), wall(86'400));
  EXPECT_EQ(held.take_set_back(), Duration{0});
}

TEST(HeldBack, KnowsSinceWhenByTheClockAsItIsNow) {
  constexpr std::int64_t days = 2 * 86'400;
  HeldBack held;
  held.opened(at(100), wall(0));
  held.full(at(101));
  held.look(at(101), wall(1));
  held.look(at(102), wall(days));  // the monotonic clock stood still
  held.received(at(102));
  EXPECT_EQ(held.lost_since(at(102), wall(days)), wall(1));
  EXPECT_EQ(held.lost_since(at(103), wall(1)), wall(1 - days)) << "it was set back";
}

// Reading goes on as soon as there is a little room, and the rest of what was held back fills it.
TEST(ReplayGate, CountsAsOneTimeWithoutRoomWhatRoomForALittleInterrupts) {
  FullTime found = full_at({}, at(100));
  EXPECT_EQ(found, full(100, 100));
  const auto least = seconds(limits::after_full);
  found = full_at(found, at(99 + least));
  EXPECT_EQ(found, full(100, 99 + least));
  found = full_at(found, at(98 + 2 * least));
  EXPECT_EQ(found, full(100, 98 + 2 * least));
  EXPECT_EQ(full_at(found, at(98 + 4 * least)), full(98 + 4 * least, 98 + 4 * least));
}

}  // namespace
}  // namespace penstock::jobs
