#include "penstock/jobs/replay_gate.hpp"

#include <gtest/gtest.h>

namespace penstock::jobs {
namespace {

LiveChannel live(std::uint64_t received, std::uint64_t delivered,
                 std::optional<MonotonicTime> last_full = std::nullopt) {
  return {BlockSequence{received}, BlockSequence{delivered}, last_full};
}

MonotonicTime at(std::int64_t s) { return MonotonicTime(std::chrono::seconds(s)); }

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
  const auto wait = std::chrono::duration_cast<std::chrono::seconds>(limits::after_full).count();
  EXPECT_FALSE(gate.opens(live(7, 7, at(100)), at(100)));
  EXPECT_FALSE(gate.opens(live(9, 9, at(101)), at(100 + wait))) << "full again";
  EXPECT_FALSE(gate.opens(live(12, 11, at(101)), at(101 + wait))) << "and what came meanwhile";
  EXPECT_TRUE(gate.opens(live(15, 12, at(101)), at(101 + wait)));
  EXPECT_EQ(ReplayGate::not_before(live(0, 0, at(101))), at(101 + wait));
}

}  // namespace
}  // namespace penstock::jobs
