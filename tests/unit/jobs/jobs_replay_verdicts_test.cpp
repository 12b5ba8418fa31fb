// Which replays are believed, which are given up, and what an operator can do about it.
#include "unit/jobs/jobs_replay_fixture.hpp"

namespace penstock::jobs {
namespace {

using JobsReplayVerdicts = JobsReplayFixture;

TEST_F(JobsReplayVerdicts, HoldsOneThatDoesNotBringWhatWasPublished) {
  gap_at_the_end_of_a();
  EXPECT_EQ(replay_next("a", {event_line("a", 8), event_line("a", 9)}), (Numbers{}));
  EXPECT_EQ(told(SourceEvent::replay_held),
            (std::vector<std::string>{"job a: it brings 2 events, 0 of the 2 published"}));
  tick();
  EXPECT_TRUE(gap_shows("\"state\":\"recovering\""));
  EXPECT_TRUE(gap_shows("\"note\":\"job a: held, it brings 2 events, 0 of the 2 published\""));
  EXPECT_EQ(jobs->figures().replays_held, 1u);
  restart();
  pass(1000);
  tick();
  EXPECT_FALSE(ordered_replay()) << "an operator decides";
  EXPECT_EQ(jobs->figures().held_jobs, 1u);
  EXPECT_FALSE(jobs->replay_requested("a", false, now));
  auto asked = jobs->replay_requested("client-a", true, now);
  ASSERT_TRUE(asked);
  commit(*asked);
  EXPECT_EQ(replay_next("a", {event_line("a", 8), event_line("a", 9)}), (Numbers{8, 9}));
}

TEST_F(JobsReplayVerdicts, IsNotHeldWhenAnOperatorDecidedMeanwhile) {
  gap_at_the_end_of_a();
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  begin_replay(run->run);
  auto asked = jobs->replay_requested("a", true, now);
  ASSERT_TRUE(asked);
  commit(*asked);
  EXPECT_FALSE(ordered_replay()) << "it is being replayed";
  EXPECT_EQ(bring(run->run, {event_line("a", 8)}), (Numbers{}));
  end_replay(run->run);
  EXPECT_TRUE(told(SourceEvent::replay_held).empty());
  EXPECT_EQ(replay_next("a", {event_line("a", 8)}), (Numbers{8}));
}

TEST_F(JobsReplayVerdicts, PublishesAtOnceWhenAnOperatorDecidedBeforeItWasOpened) {
  gap_at_the_end_of_a();
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  commit(jobs->replay_requested("a", true, now).value());
  EXPECT_EQ(replay(run->run, {event_line("a", 8)}), (Numbers{8}));
}

// The first events of a job can be alike in its replay, and later ones not.
TEST_F(JobsReplayVerdicts, ChecksItAgainWhenMoreCameLive) {
  gap_while_a_runs({event_line("a", 1), event_line("a", 2)});
  const Lines early{event_line("a", 1), event_line("a", 2), event_line("a", 3)};
  EXPECT_EQ(replay_next("a", early), (Numbers{}));
  EXPECT_EQ(replay_next("a", early), (Numbers{3}));
  live({event_line("a", 4), event_line("a", 5), status_line("a", success_flags)});
  pass(60);
  tick();
  Lines late = early;
  late.push_back(event_line("a", 400));
  late.push_back(event_line("a", 500));
  EXPECT_EQ(replay_next("a", late), (Numbers{}));
  EXPECT_EQ(told(SourceEvent::replay_held),
            (std::vector<std::string>{"job a: it brings 5 events, 3 of the 5 published"}));
}

TEST_F(JobsReplayVerdicts, RestsUntilTheJobsEndWhereMoreComesLiveThanCanBeCompared) {
  gap_while_a_runs({event_line("a", 1)});
  EXPECT_EQ(replay_next("a", {event_line("a", 1), event_line("a", 2)}), (Numbers{}));
  live({event_line("a", 3)});
  EXPECT_EQ(replay_next("a", {event_line("a", 1), event_line("a", 2), event_line("a", 3)}),
            (Numbers{}));
  pass(1000);
  tick();
  EXPECT_FALSE(ordered_replay());
}

TEST_F(JobsReplayVerdicts, BelievesOneThatBringsNinetyNineOfAHundred) {
  start();
  open();
  Lines lines;
  for (std::uint64_t event = 1; event <= 200; ++event) {
    lines.push_back(event_line("a", event));
  }
  live(lines);
  live({status_line("a", success_flags)});
  pass(60);
  tick();
  lines.resize(198);
  lines.push_back(event_line("a", 300));
  EXPECT_EQ(replay_next("a", lines), (Numbers{}));
  EXPECT_EQ(replay_next("a", lines), (Numbers{300}));
  EXPECT_FALSE(settled("a")) << "two that were published are not in it";
}

TEST_F(JobsReplayVerdicts, HoldsOneThatBringsLess) {
  start();
  open();
  Lines lines;
  for (std::uint64_t event = 1; event <= 200; ++event) {
    lines.push_back(event_line("a", event));
  }
  live(lines);
  live({status_line("a", success_flags)});
  pass(60);
  tick();
  lines.resize(197);
  EXPECT_EQ(replay_next("a", lines), (Numbers{}));
  EXPECT_EQ(told(SourceEvent::replay_held).size(), 1u);
}

TEST_F(JobsReplayVerdicts, HoldsNoRunningJobWhoseReplayLagsBehind) {
  gap_while_a_runs({event_line("a", 1), event_line("a", 2)});
  EXPECT_EQ(replay_next("a", {event_line("a", 1)}), (Numbers{}));
  EXPECT_TRUE(told(SourceEvent::replay_held).empty());
  tick();
  EXPECT_FALSE(ordered_replay());
  live({status_line("a", success_flags)});
  pass(60);
  tick();
  EXPECT_EQ(replay_next("a", all), (Numbers{}));
  EXPECT_EQ(replay_next("a", all), (Numbers{3}));
  EXPECT_TRUE(settled("a"));
}

TEST_F(JobsReplayVerdicts, IsGivenUpWhenItNeverBringsAllThatWasPublished) {
  gap_at_the_end_of_a();
  auto asked = jobs->replay_requested("a", true, now);
  ASSERT_TRUE(asked);
  commit(*asked);
  for (int run = 1; run <= 8; ++run) {
    EXPECT_EQ(stored("gap/"), 1u);
    replay_next("a", {event_line("a", 1)});
    pass(640);
    tick();
  }
  EXPECT_FALSE(ordered_replay());
  EXPECT_TRUE(gap_shows("\"state\":\"unrecoverable\""));
  EXPECT_TRUE(gap_shows("\"note\":\"job a: unsettled\""));
  EXPECT_EQ(stored("gap/"), 0u);
  EXPECT_EQ(jobs->figures().given_up_jobs, 1u);
  restart();
  tick();
  EXPECT_FALSE(ordered_replay());
  EXPECT_FALSE(jobs->replay_requested("a", false, now));
  auto again = jobs->replay_requested("a", true, now);
  ASSERT_TRUE(again);
  commit(*again);
  EXPECT_EQ(replay_next("a", all), (Numbers{3})) << "what was published before is known still";
}

TEST_F(JobsReplayVerdicts, IsGivenUpWhenItIsGone) {
  gap_at_the_end_of_a();
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  commit(jobs->replay_failed(run->run, ReplayEnd::gone, std::nullopt, now));
  pass(1000);
  tick();
  EXPECT_FALSE(ordered_replay());
  EXPECT_TRUE(gap_shows("\"state\":\"unrecoverable\""));
  EXPECT_TRUE(gap_shows("\"note\":\"job a: gone\""));
  EXPECT_EQ(jobs->figures().replays_gone, 1u);
}

TEST_F(JobsReplayVerdicts, OfAGivenUpJobNeedsAnotherWayOnceMemoryWasShort) {
  JobsOptions small = options();
  small.ledger_memory = 64_KiB;
  start(std::move(small));
  open();
  Lines lines;
  for (std::uint64_t event = 1; event <= 1000; ++event) {
    lines.push_back(event_line("a", event));
  }
  live(lines);
  live({status_line("a", success_flags)});
  pass(60);
  tick();
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  commit(jobs->replay_failed(run->run, ReplayEnd::gone, std::nullopt, now));
  const Bytes of_a = jobs->figures().ledger_memory;
  ASSERT_LT(of_a, Bytes{48 << 10}) << "less than three quarters";
  for (Line& line : lines) {
    line.job = "b";
  }
  lines.resize(700);
  live(lines);
  ASSERT_GE(jobs->figures().ledger_memory, Bytes{48 << 10});
  pass(3600);
  tick();
  EXPECT_EQ(jobs->figures().incomplete_jobs, 0u) << "late events may still come";
  pass(1);
  tick();
  EXPECT_LT(jobs->figures().ledger_memory, of_a);
  EXPECT_FALSE(jobs->replay_requested("a", true, now));
  EXPECT_TRUE(jobs->replay_requested("b", true, now));
  tick();
  EXPECT_EQ(stored("ledger/a/"), 0u);
  EXPECT_EQ(stored("ledger/b/"), 1u);
}

TEST_F(JobsReplayVerdicts, WaitsForTheEndOfAJobWhoseReplayIsNotThereYet) {
  gap_while_a_runs({event_line("a", 1)});
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  commit(jobs->replay_failed(run->run, ReplayEnd::gone, std::nullopt, now));
  tick();
  EXPECT_FALSE(ordered_replay());
  live({status_line("a", success_flags)});
  pass(60);
  tick();
  EXPECT_TRUE(ordered_replay());
  EXPECT_TRUE(gap_shows("\"state\":\"recovering\""));
}

TEST_F(JobsReplayVerdicts, IsNeverOfASettledJob) {
  gap_at_the_end_of_a();
  replay_next("a", all);
  replay_next("a", all);
  ASSERT_TRUE(settled("a"));
  const auto asked = jobs->replay_requested("a", true, now);
  ASSERT_FALSE(asked);
  EXPECT_NE(asked.error().what.find("--to-stdout"), std::string::npos);
  list({});
  close();
  open();
  list({{.job_id = "a", .status = "success", .requested_at = at_s(0)}});
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\",\"jobs\":[],"));
  restart();
  pass(1000);
  tick();
  list({{.job_id = "a", .status = "success", .requested_at = at_s(0)}});
  EXPECT_FALSE(ordered_replay());
}

TEST_F(JobsReplayVerdicts, OfAnUnknownJobNeedsForce) {
  start();
  open();
  EXPECT_FALSE(jobs->replay_requested("a", false, now));
  EXPECT_FALSE(jobs->replay_requested("no id", true, now));
  auto asked = jobs->replay_requested("a", true, now);
  ASSERT_TRUE(asked);
  commit(*asked);
  EXPECT_EQ(replay_next("a", all), (Numbers{3, 2, 1}));
}

}  // namespace
}  // namespace penstock::jobs
