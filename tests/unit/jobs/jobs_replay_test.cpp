// Replays: when they run, and what of them is published.
#include "unit/jobs/jobs_replay_fixture.hpp"

namespace penstock::jobs {
namespace {

using JobsReplay = JobsReplayFixture;

TEST_F(JobsReplay, ComparesFirstThenPublishesWhatIsMissing) {
  gap_at_the_end_of_a();
  EXPECT_EQ(replay_next("a", all), (Numbers{})) << "the first run only counts";
  EXPECT_FALSE(settled("a"));
  EXPECT_EQ(replay_next("a", all), (Numbers{3}));
  EXPECT_TRUE(settled("a")) << "both runs brought the same, and all that was published";
  EXPECT_TRUE(shows("a", "\"events\":3,\"replays\":2,"));
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\",\"jobs\":[\"a\"],\"recovered_events\":1,"));
  EXPECT_EQ(stored("gap/"), 0u);
  tick();
  EXPECT_EQ(stored("ledger/"), 0u);
  EXPECT_FALSE(ordered_replay());
  EXPECT_EQ(jobs->figures().replays_clean, 2u);
  EXPECT_EQ(told(SourceEvent::replay_finished).back(),
            "job a: clean, 3 events, 1 of them new, settled");
}

TEST_F(JobsReplay, WaitsUntilTheJobHasEnded) {
  start();
  open();
  live({event_line("a", 1)});
  pass(1000);
  tick();
  EXPECT_FALSE(ordered_replay());
  live({status_line("a", success_flags)});
  expect_replay_in(60);
}

TEST_F(JobsReplay, RunsOnceForAGapWhileTheJobRuns) {
  gap_while_a_runs({event_line("a", 1)});
  EXPECT_EQ(replay_next("a", {event_line("a", 1), event_line("a", 2)}), (Numbers{}));
  EXPECT_EQ(replay_next("a", {event_line("a", 1), event_line("a", 2)}), (Numbers{2}));
  pass(1000);
  tick();
  EXPECT_FALSE(ordered_replay()) << "then not before its end";
  EXPECT_TRUE(gap_shows("\"state\":\"recovering\""));
  EXPECT_TRUE(gap_shows("\"recovered_events\":1,"));
  live({status_line("a", success_flags)});
  pass(60);
  tick();
  const Lines lines{event_line("a", 1), event_line("a", 2)};
  EXPECT_EQ(replay_next("a", lines), (Numbers{}));
  EXPECT_FALSE(settled("a")) << "the runs before its end don't count";
  EXPECT_EQ(replay_next("a", lines), (Numbers{}));
  EXPECT_TRUE(settled("a"));
}

TEST_F(JobsReplay, OfAGapWaitsWhereTheJobEndsMeanwhile) {
  gap_while_a_runs({event_line("a", 1)});
  replay_next("a", {}, DisconnectCause::aborted);
  live({status_line("a", success_flags)});
  expect_replay_in(60);
}

TEST_F(JobsReplay, LeavesWhatIsFilteredFiltered) {
  gap_at_the_end_of_a();
  replay_next("a", all);
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  begin_replay(run->run);
  Batch batch = of_replay(live_lines({}, now, all), run->run);
  batch.verdicts.assign(all.size(), Verdict::filtered);
  commit(jobs->decide(batch, now));
  EXPECT_EQ(batch.verdicts,
            (std::vector{Verdict::filtered, Verdict::duplicate, Verdict::duplicate}));
}

TEST_F(JobsReplay, PublishesAtOnceWhatNothingWasPublishedOf) {
  start();
  list({});
  open();
  close();
  open();
  list({{.job_id = "a", .status = "failed", .requested_at = at_s(0), .finished_at = at_s(0)}});
  pass(60);
  tick();
  EXPECT_EQ(replay_next("a", all), (Numbers{3, 2, 1}));
  EXPECT_FALSE(settled("a"));
  EXPECT_EQ(replay_next("a", all), (Numbers{}));
  EXPECT_TRUE(settled("a"));
  EXPECT_TRUE(shows("a", "\"status\":\"failed\",\"success\":false,"));
}

TEST_F(JobsReplay, RunsAgainWhenItBreaksAndWaitsLongerEachTime) {
  gap_at_the_end_of_a();
  EXPECT_EQ(replay_next("a", {event_line("a", 1)}, DisconnectCause::aborted), (Numbers{}));
  EXPECT_FALSE(ordered_replay());
  pass(5);
  tick();
  EXPECT_EQ(replay_next("a", {}, DisconnectCause::stalled), (Numbers{}));
  pass(5);
  tick();
  EXPECT_FALSE(ordered_replay());
  pass(5);
  tick();
  EXPECT_TRUE(ordered_replay());
  EXPECT_EQ(jobs->figures().replays_broken, 2u);
}

TEST_F(JobsReplay, IsNotCleanWithLinesThatDoNotBelongThere) {
  for (const Line& stranger : {bad_line(), event_line("b", 1), Line{.job = {}, .event = 7},
                               status_line("b", created_flags)}) {
    state = known_source();
    jobs_topic.clear();
    orders.clear();
    now = at_s(0);
    gap_at_the_end_of_a();
    Lines lines = all;
    lines.push_back(stranger);
    EXPECT_EQ(replay_next("a", lines), (Numbers{}));
    EXPECT_FALSE(ordered_replay()) << "it has to wait";
    EXPECT_EQ(jobs->figures().replays_broken, 1u);
    EXPECT_EQ(jobs_topic.count("b"), 0u);
  }
}

TEST_F(JobsReplay, IsNotCleanWithACutOffLine) {
  gap_at_the_end_of_a();
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  begin_replay(run->run);
  bring(run->run, all, 3);
  end_replay(run->run);
  EXPECT_EQ(jobs->figures().replays_broken, 1u);
}

TEST_F(JobsReplay, DropsDeadLettersAndStatusEventsOfReplays) {
  gap_at_the_end_of_a();
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  begin_replay(run->run);
  Batch batch = of_replay(
      live_lines({}, now, std::vector{bad_line(), status_line("a", success_flags)}), run->run);
  commit(jobs->decide(batch, now));
  EXPECT_TRUE(batch.dead_letters.empty());
  EXPECT_EQ(batch.verdicts, (std::vector{Verdict::duplicate}));
  EXPECT_EQ(jobs->figures().replay_dead_letters, 1u);
  EXPECT_EQ(jobs->figures().replay_events, 1u);
}

TEST_F(JobsReplay, LearnsTheEndOfAJobFromItsReplay) {
  gap_while_a_runs({event_line("a", 1)});
  replay_next("a", {event_line("a", 1), status_line("client-a", success_flags)});
  EXPECT_TRUE(shows("a", "\"status\":\"success\""));
}

TEST_F(JobsReplay, PublishesNothingOfARunThatNobodyOrdered) {
  gap_at_the_end_of_a();
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  EXPECT_EQ(replay(ChannelId{run->run.value + 1}, all), (Numbers{}));
  EXPECT_EQ(replay(run->run, all), (Numbers{}));
  EXPECT_EQ(replay(run->run, all), (Numbers{})) << "it is over";
}

TEST_F(JobsReplay, TakesAnotherRunWhereTwoDoNotBringTheSame) {
  start();
  list({});
  open();
  close();
  open();
  list({{.job_id = "a", .status = "success", .requested_at = at_s(0), .finished_at = at_s(0)}});
  pass(60);
  tick();
  EXPECT_EQ(replay_next("a", {event_line("a", 1)}), (Numbers{1}));
  EXPECT_EQ(replay_next("a", all), (Numbers{3, 2}));
  EXPECT_FALSE(settled("a"));
  EXPECT_FALSE(ordered_replay());
  pass(5);
  tick();
  EXPECT_EQ(replay_next("a", all), (Numbers{}));
  EXPECT_TRUE(settled("a"));
}

TEST_F(JobsReplay, AllWaitWhereNoneIsOpened) {
  start();
  open();
  live({event_line("a", 1), event_line("b", 1), event_line("c", 1)});
  live({status_line("a", success_flags), status_line("b", success_flags),
        status_line("c", success_flags)});
  pass(60);
  tick();
  const auto a = ordered_replay();
  const auto b = ordered_replay();
  ASSERT_TRUE(a && b);
  EXPECT_FALSE(ordered_replay()) << "two at a time";
  commit(jobs->replay_failed(a->run, ReplayEnd::refused, std::chrono::seconds(90), now));
  EXPECT_FALSE(ordered_replay()) << "it is the server that can't";
  EXPECT_EQ(jobs->figures().replays_broken, 0u) << "it never began";
  expect_replay_in(90);
  EXPECT_FALSE(ordered_replay()) << "the one of b is still under way";
}

TEST_F(JobsReplay, IsStoppedWhenTheJobIsSettledWithoutIt) {
  start();
  open();
  live({status_line("a", created_flags), event_line("a", 1)});
  auto asked = jobs->replay_requested("a", false, now);
  ASSERT_TRUE(asked);
  commit(*asked);
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  begin_replay(run->run);
  live({event_line("a", 2), status_line("a", success_flags)});
  EXPECT_TRUE(settled("a"));
  ASSERT_FALSE(orders.empty());
  const auto* const stop = std::get_if<order::StopReplay>(&orders.back());
  ASSERT_NE(stop, nullptr);
  EXPECT_EQ(stop->run, run->run);
  EXPECT_EQ(bring(run->run, all), (Numbers{}));
}

TEST_F(JobsReplay, KnowsLiveEventsThatWaitedInTheJournalWhileTheirJobWasSettled) {
  gap_at_the_end_of_a();
  const WallTime received = now - Duration(1);
  settle_a();
  Batch batch = live_lines(session, received, std::vector{event_line("a", 3)});
  commit(jobs->decide(batch, now));
  EXPECT_EQ(batch.verdicts, (std::vector{Verdict::duplicate}));
  pass(1);
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{3})) << "this one is late";
}

// Two processes: one waits with its session for the source, the other settles the job meanwhile.
TEST_F(JobsReplay, KnowsLiveEventsThatWaitedInTheRemoteWhileAnotherProcessSettledTheirJob) {
  gap_at_the_end_of_a();
  const WallTime opened = now;
  pass(1);
  settle_a();
  restart();
  open_waiting(opened);
  pass(599);
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{})) << "with a full journal, it may take as long";
  pass(1);
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{3})) << "this one is late";
}

TEST_F(JobsReplay, MergesWithWhatWasPublishedBeforeARestart) {
  gap_at_the_end_of_a();
  replay_next("a", all);
  replay_next("a", all, DisconnectCause::aborted);  // 3 is published, and the run breaks
  restart();
  tick();
  EXPECT_EQ(replay_next("a", all), (Numbers{}));
  EXPECT_EQ(replay_next("a", all), (Numbers{}));
  EXPECT_TRUE(settled("a"));
}

}  // namespace
}  // namespace penstock::jobs
