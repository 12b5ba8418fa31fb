#include "simulator/fault_plan.hpp"

#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;

FaultPlan plan(std::string_view spec, Source source = Source::firehose, std::uint64_t seed = 1) {
  return FaultPlan(parse_faults(spec).value(), source, seed);
}

// How many faults of `group` strike within `duration`, looked for every 10 ms.
std::size_t strikes(FaultPlan plan, FaultGroup group, Duration duration) {
  std::size_t count = 0;
  for (MonotonicTime now{}; now < MonotonicTime{} + duration; now += 10ms) {
    plan.advance(now);
    while (plan.take(group)) {
      ++count;
    }
  }
  return count;
}

TEST(FaultPlan, StrikesOnAverageAsOftenAsAsked) {
  const std::size_t count = strikes(plan("reset:every=1s"), FaultGroup::ending, 1000s);
  EXPECT_GT(count, 900u);
  EXPECT_LT(count, 1100u);
}

TEST(FaultPlan, RepeatsItselfForASeed) {
  const auto first_strike = [](std::uint64_t seed) {
    FaultPlan of_seed = plan("reset:every=1h", Source::firehose, seed);
    MonotonicTime now{};
    for (of_seed.advance(now); !of_seed.take(FaultGroup::ending); of_seed.advance(now)) {
      now += 1s;
    }
    return now;
  };
  EXPECT_EQ(first_strike(1), first_strike(1));
  EXPECT_NE(first_strike(1), first_strike(2));
}

TEST(FaultPlan, LeavesOtherSourcesAlone) {
  EXPECT_EQ(strikes(plan("reset:every=1s:source=torrent"), FaultGroup::ending, 100s), 0u);
  EXPECT_GT(
      strikes(plan("reset:every=1s:source=torrent", Source::torrent), FaultGroup::ending, 100s),
      0u);
}

TEST(FaultPlan, StrikesAtReplaysAndTasksOnlyWhereTheyAreNamed) {
  const auto rules =
      parse_faults("http_503:probability=1,http_429:source=replay:probability=1,replay_order")
          .value();
  const auto struck = [&](FaultPlan plan) {
    plan.on_request();
    const std::optional<Fault> fault = plan.take(FaultGroup::connection);
    return fault ? word(fault->kind).name : "none";
  };
  EXPECT_EQ(struck(FaultPlan(rules, Source::stream, 1)), "http_503");
  EXPECT_EQ(struck(FaultPlan(rules, FaultPlace::replay, 1)), "http_429");
  EXPECT_EQ(struck(FaultPlan(rules, FaultPlace::tasks, 1)), "none");
}

TEST(FaultPlan, DrawsTheFormOfAReplayForEachRequest) {
  FaultPlan replays(parse_faults("replay_missing:probability=1:fraction=0.5").value(),
                    FaultPlace::replay, 1);
  replays.on_event();
  EXPECT_FALSE(replays.take(FaultGroup::replay));
  replays.on_request();
  EXPECT_EQ(replays.take(FaultGroup::replay)->fraction, 0.5);
}

TEST(FaultPlan, DoesNotPileUpWhatNobodyTakes) {
  FaultPlan waiting = plan("http_429:every=1s");
  for (MonotonicTime now{}; now < MonotonicTime{} + 100s; now += 100ms) {
    waiting.advance(now);
  }
  EXPECT_TRUE(waiting.take(FaultGroup::connection));
  EXPECT_FALSE(waiting.take(FaultGroup::connection));
}

TEST(FaultPlan, DrawsForEventsAndForRequestsApart) {
  FaultPlan both = plan("malformed:probability=1,http_500:probability=1");
  both.on_event();
  EXPECT_TRUE(both.take(FaultGroup::line));
  EXPECT_FALSE(both.take(FaultGroup::connection));
  both.on_request();
  EXPECT_TRUE(both.take(FaultGroup::connection));
  EXPECT_FALSE(both.take(FaultGroup::line));
}

TEST(FaultPlan, QueuesWhatIsAskedForAndTakesDefaultsFromTheSpec) {
  FaultPlan asked = plan("http_429:retry_after=9");
  asked.inject({FaultKind::http_429, std::nullopt, std::nullopt});
  asked.inject({FaultKind::http_429, std::nullopt, 3});
  EXPECT_EQ(asked.take(FaultGroup::connection)->retry_after, 9u);
  EXPECT_EQ(asked.take(FaultGroup::connection)->retry_after, 3u);
  EXPECT_EQ(asked.taken(FaultKind::http_429), 2u);
  FaultPlan replays(parse_faults("replay_changed:fraction=0.2").value(), FaultPlace::replay, 1);
  replays.inject({FaultKind::replay_changed, std::nullopt, std::nullopt});
  EXPECT_EQ(replays.take(FaultGroup::replay)->fraction, 0.2);
}

}  // namespace
}  // namespace penstock::simulator
