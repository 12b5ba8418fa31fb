// Back-off and bounds; what runs mean for their jobs is in jobs_replay_test.cpp.
#include "jobs/replay_planner.hpp"

#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"
#include "unit/jobs/batches.hpp"

namespace penstock::jobs {
namespace {

class ReplayPlannerTest : public testing::Test {
 protected:
  JobTracker::Entry& ended(const std::string& id, WallTime at) {
    JobTracker::Entry& entry = tracker.learn(id);
    entry.second.ended_at = at;
    return entry;
  }
  RunResult run(const std::string& id, ReplayEnd end, RunSummary summary = {},
                std::uint64_t published = 0, std::uint64_t added = 0) {
    JobTracker::Entry& entry = *tracker.find(id);
    const ChannelId channel = planner.begin(entry, now);
    if (end == ReplayEnd::clean || end == ReplayEnd::broken) {
      planner.opened(*planner.find(channel), entry.second, published);
    }
    planner.find(channel)->published = added;
    return planner.finish(channel, end, std::nullopt, entry.second, summary, published, now);
  }
  // Seconds until the job is due again.
  std::int64_t wait(const std::string& id) {
    for (std::int64_t s = 0;; ++s) {
      const auto due = planner.due(tracker, now + std::chrono::seconds(s));
      if (std::find(due.begin(), due.end(), id) != due.end()) {
        return s;
      }
    }
  }

  JobTracker tracker{FirstStart::none};
  ReplayPlanner planner{{.concurrency = 3,
                         .settle_after = Duration(60'000),
                         .retry_first = Duration(5'000),
                         .retry_max = Duration(320'000)}};
  WallTime now = at_s(1000);
};

using Ids = std::vector<std::string>;

TEST_F(ReplayPlannerTest, RunsTheLongestDueFirst) {
  ended("late", at_s(900));
  ended("early", at_s(100));
  ended("middle", at_s(500));
  ended("later", at_s(901));
  EXPECT_EQ(planner.due(tracker, now), (Ids{"early", "middle", "late"}));
  planner.begin(*tracker.find("early"), now);
  EXPECT_EQ(planner.due(tracker, now), (Ids{"middle", "late"}));
}

TEST_F(ReplayPlannerTest, RunsNothingThatMustNotRun) {
  ended("settled", at_s(0));
  tracker.settle(*tracker.find("settled"), now, now);
  ended("given-up", at_s(0)).second.given_up = GivenUp::gone;
  ended("held", at_s(0)).second.held = true;
  ended("before", at_s(0)).second.predates = true;
  ended("uncounted", at_s(0)).second.incomplete = true;
  tracker.learn("running");
  ended("too-early", at_s(941));
  EXPECT_EQ(planner.due(tracker, now), (Ids{}));
  Job& running = tracker.find("running")->second;
  running.wanted = true;
  EXPECT_EQ(planner.due(tracker, now), (Ids{})) << "there is nothing to compare its replay with";
  running.live = true;
  EXPECT_EQ(planner.due(tracker, now), (Ids{"running"}));
  running.live = false;
  running.forced = true;
  EXPECT_EQ(planner.due(tracker, now), (Ids{"running"}));
}

TEST_F(ReplayPlannerTest, OnlyCountsWhereLivePublishedSomethingBeforeTheRunWasOpened) {
  JobTracker::Entry& job = ended("a", at_s(0));
  auto& before = *planner.find(planner.begin(job, now));
  job.second.live = true;  // decided about while the request waited
  planner.opened(before, job.second, 3);
  EXPECT_TRUE(before.only_count);
  EXPECT_EQ(before.published_before, 3U);
  job.second.forced = true;
  auto& after = *planner.find(planner.begin(job, now));
  planner.opened(after, job.second, 3);
  EXPECT_FALSE(after.only_count);
}

TEST_F(ReplayPlannerTest, WaitsTwiceAsLongAfterEachBreak) {
  ended("a", at_s(0));
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(run("a", ReplayEnd::broken), RunResult::again);
    waits.push_back(wait("a"));
    now += std::chrono::seconds(waits.back());
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{5, 10, 20, 40, 80, 160, 320, 320}));
  EXPECT_EQ(run("a", ReplayEnd::broken, {}, 0, 1), RunResult::again);
  EXPECT_EQ(wait("a"), 5) << "it brought something new";
}

TEST_F(ReplayPlannerTest, GivesUpWhatBreaksAHundredTimes) {
  ended("a", at_s(0));
  for (std::uint32_t i = 1; i < limits::broken_runs; ++i) {
    ASSERT_EQ(run("a", ReplayEnd::broken), RunResult::again) << i;
  }
  EXPECT_EQ(run("a", ReplayEnd::broken), RunResult::breaking);
}

TEST_F(ReplayPlannerTest, LeavesARunningJobThatBreaksAHundredTimesUntilItsEnd) {
  tracker.learn("a").second.wanted = true;
  for (std::uint32_t i = 1; i < limits::broken_runs; ++i) {
    ASSERT_EQ(run("a", ReplayEnd::broken), RunResult::again) << i;
  }
  EXPECT_EQ(run("a", ReplayEnd::broken), RunResult::rest);
  EXPECT_FALSE(tracker.find("a")->second.wanted);
}

TEST_F(ReplayPlannerTest, NeverGivesUpWhatTheServerRefuses) {
  ended("a", at_s(0));
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(run("a", ReplayEnd::refused), RunResult::again);
  }
  EXPECT_EQ(wait("a"), 320);
  run("a", ReplayEnd::broken);
  run("a", ReplayEnd::refused);
  EXPECT_EQ(wait("a"), 5) << "it opened one meanwhile";
}

TEST_F(ReplayPlannerTest, GivesUpWhatDoesNotSettleInEightFinalRuns) {
  ended("a", at_s(0));
  std::vector<std::int64_t> waits;
  for (std::uint32_t i = 1; i < limits::final_runs; ++i) {
    EXPECT_EQ(run("a", ReplayEnd::clean, {.events = i, .covered = 7, .digest = fingerprint(i)}, 7),
              RunResult::again);
    waits.push_back(wait("a"));
    now += std::chrono::seconds(waits.back());
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{0, 5, 10, 20, 40, 80, 160}));
  EXPECT_EQ(run("a", ReplayEnd::clean, {.events = 99, .covered = 7, .digest = fingerprint(99)}, 7),
            RunResult::disagreeing);
}

TEST_F(ReplayPlannerTest, SettlesOnlyWhereTheSecondRunHasAllThatIsPublishedToo) {
  ended("a", at_s(0));
  const RunSummary same{.events = 7, .covered = 7, .digest = fingerprint(7)};
  EXPECT_EQ(run("a", ReplayEnd::clean, same, 7), RunResult::again);
  EXPECT_EQ(run("a", ReplayEnd::clean, same, 8), RunResult::again) << "one came late";
  EXPECT_EQ(run("a", ReplayEnd::clean, same, 7), RunResult::again);
  EXPECT_EQ(run("a", ReplayEnd::broken, {}, 7), RunResult::again) << "counts for nothing";
  EXPECT_EQ(run("a", ReplayEnd::clean, same, 7), RunResult::settled);
}

TEST_F(ReplayPlannerTest, SettlesOnlyWhatIsTheSame) {
  ended("a", at_s(0));
  EXPECT_EQ(run("a", ReplayEnd::clean, {.events = 7, .covered = 7, .digest = fingerprint(1)}, 7),
            RunResult::again);
  EXPECT_EQ(run("a", ReplayEnd::clean, {.events = 7, .covered = 7, .digest = fingerprint(2)}, 7),
            RunResult::again);
  EXPECT_EQ(run("a", ReplayEnd::clean, {.events = 8, .covered = 7, .digest = fingerprint(2)}, 7),
            RunResult::again);
}

TEST_F(ReplayPlannerTest, TakesNoRunForFinalThatBeganTooEarly) {
  ended("a", at_s(941)).second.wanted = true;
  const RunSummary same{.events = 7, .covered = 7, .digest = fingerprint(7)};
  EXPECT_EQ(run("a", ReplayEnd::clean, same, 7), RunResult::rest);
  EXPECT_EQ(run("a", ReplayEnd::clean, same, 7), RunResult::rest);
  EXPECT_EQ(run("a", ReplayEnd::gone), RunResult::rest);
  EXPECT_EQ(wait("a"), 1);
  now += std::chrono::seconds(1);
  EXPECT_EQ(run("a", ReplayEnd::clean, same, 7), RunResult::again);
  EXPECT_EQ(run("a", ReplayEnd::clean, same, 7), RunResult::settled);
}

}  // namespace
}  // namespace penstock::jobs
