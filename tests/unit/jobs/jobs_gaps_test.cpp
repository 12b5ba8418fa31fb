// Gaps as the live stream and the tasks API make them.
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

class JobsGaps : public JobsFixture {
 protected:
  static JobsOptions without_jobs() {
    JobsOptions options = JobsFixture::options();
    options.source = SourceName("firehose");
    options.has_jobs = false;
    return options;
  }
};

TEST_F(JobsGaps, AFirstStartIsNone) {
  first_start();
  commit(jobs->session_failed(session, DisconnectCause::unreachable, now));
  tick();
  open();
  EXPECT_TRUE(gaps_topic.empty());
}

TEST_F(JobsGaps, GoesFromTheLastByteToTheNextOpening) {
  start();
  open();
  live({event_line("a", 1)}, 17);
  close(DisconnectCause::stalled);
  EXPECT_TRUE(
      gap_shows("\"source\":\"stream\",\"started_at\":\"2023-11-14T22:13:20.000Z\","
                "\"ended_at\":null,\"cause\":\"stalled\",\"truncated_bytes\":17,"));
  EXPECT_TRUE(gap_shows("\"state\":\"open\""));
  EXPECT_EQ(gaps_topic.begin()->first.substr(0, 7), "stream/");
  pass(5);
  open();
  EXPECT_TRUE(
      gap_shows("\"ended_at\":\"2023-11-14T22:13:25.000Z\",\"cause\":\"stalled\","
                "\"truncated_bytes\":17,"));
  EXPECT_TRUE(gap_shows("\"state\":\"open\"")) << "which jobs it touched isn't known yet";
}

TEST_F(JobsGaps, KeepsItsFirstCauseAndNotesTheOthers) {
  start();
  open();
  close(DisconnectCause::aborted);
  commit(jobs->session_failed(session, DisconnectCause::unreachable, now));
  commit(jobs->session_failed(session, DisconnectCause::unreachable, now));
  commit(jobs->session_failed(session, DisconnectCause::throttled, now));
  EXPECT_TRUE(gap_shows("\"cause\":\"aborted\""));
  EXPECT_TRUE(gap_shows("\"note\":\"then unreachable; then throttled\""));
}

TEST_F(JobsGaps, NotesWhatFailedBeforeASessionWhenThatOpens) {
  start();
  open();
  jobs->session_failed_before(session.next(), DisconnectCause::unreachable);
  jobs->session_failed_before(session.next().next(), DisconnectCause::refused);
  close(DisconnectCause::aborted);
  EXPECT_TRUE(gap_shows("\"note\":\"\""));
  open();
  EXPECT_TRUE(gap_shows("\"cause\":\"aborted\""));
  EXPECT_TRUE(gap_shows("\"note\":\"then unreachable\""));
}

// The process died, and the journal had a session that the state doesn't know.
TEST_F(JobsGaps, NotesWhatFailedAfterASessionWhoseEndWasNeverTold) {
  start();
  restart();
  open();
  commit(jobs->session_failed(session, DisconnectCause::refused, now));
  EXPECT_TRUE(gaps_topic.empty());
  open();
  EXPECT_TRUE(gap_shows("\"cause\":\"daemon_down\""));
  EXPECT_TRUE(gap_shows("\"note\":\"then refused\""));
}

TEST_F(JobsGaps, IsWhereBlocksOfTheJournalAreLost) {
  start();
  open();
  live({event_line("a", 1)});
  pass(10);
  live_after_loss({event_line("a", 9)});
  EXPECT_TRUE(
      gap_shows("\"started_at\":\"2023-11-14T22:13:20.000Z\","
                "\"ended_at\":\"2023-11-14T22:13:30.000Z\",\"cause\":\"journal_damaged\""));
  live({event_line("a", 10), status_line("a", success_flags)});
  EXPECT_FALSE(settled("a")) << "something of it is missing";
}

TEST_F(JobsGaps, IsWhereBlocksThatAnEarlierProcessReceivedAreLost) {
  start();
  open();
  live({event_line("a", 1)});
  const SessionId earlier = session;
  restart();
  pass(10);
  session = earlier;
  live_after_loss({event_line("a", 9)});
  EXPECT_TRUE(gaps_topic.begin()->second.find("\"ended_at\":\"2023-11-14T22:13:30.000Z\","
                                              "\"cause\":\"journal_damaged\"") !=
              std::string::npos);
  EXPECT_TRUE(
      gap_shows("\"started_at\":\"2023-11-14T22:13:30.000Z\",\"ended_at\":null,"
                "\"cause\":\"daemon_down\""));
}

TEST_F(JobsGaps, BeginsAtTheLastByteDecidedAboutWhereTheProcessDied) {
  start();
  open();
  pass(3);
  live({event_line("a", 1)});
  pass(100);
  restart();
  tick();
  EXPECT_TRUE(gap_shows("\"started_at\":\"2023-11-14T22:13:23.000Z\""));
  EXPECT_TRUE(gap_shows("\"cause\":\"daemon_down\""));
  commit(jobs->session_failed(session, DisconnectCause::refused, now));
  EXPECT_TRUE(gap_shows("\"cause\":\"daemon_down\""));
  EXPECT_TRUE(gap_shows("\"note\":\"then refused\""));
}

TEST_F(JobsGaps, BeginsBehindWhatTheJournalStillHad) {
  start();
  open();
  live({event_line("a", 1)});
  pass(100);
  restart();
  const WallTime restarted = now;
  now = at_s(7);
  live({event_line("a", 2)}, 5);
  EXPECT_TRUE(jobs->figures().gaps_open == 1);
  now = restarted;
  tick();
  EXPECT_TRUE(gap_shows("\"started_at\":\"2023-11-14T22:13:27.000Z\",\"ended_at\":null"));
  EXPECT_EQ(gaps_topic.size(), 1u);
  restart();  // and dies again
  now = at_s(9);
  mark(BlockKind::session_closed, DisconnectCause::stalled);
  EXPECT_TRUE(
      gap_shows("\"started_at\":\"2023-11-14T22:13:29.000Z\",\"ended_at\":null,"
                "\"cause\":\"stalled\""));
  now = restarted;
  open();
  EXPECT_TRUE(gap_shows("\"ended_at\":\"2023-11-14T22:15:00.000Z\""));
  EXPECT_EQ(gaps_topic.size(), 1u);
}

TEST_F(JobsGaps, CountsWhatWasCutOffInARecoveredSession) {
  start();
  open();
  restart();
  live({event_line("a", 2)}, 5);
  open();
  EXPECT_TRUE(gap_shows("\"truncated_bytes\":5"));
}

TEST_F(JobsGaps, NeverBeginsInTheFuture) {
  start();
  open();
  Batch batch = live_mark(session, BlockKind::session_closed, now + std::chrono::hours(1));
  commit(jobs->decide(batch, now));  // the clock was set back
  open();
  EXPECT_TRUE(
      gap_shows("\"started_at\":\"2023-11-14T22:13:20.000Z\","
                "\"ended_at\":\"2023-11-14T22:13:20.000Z\""));
}

TEST_F(JobsGaps, SeesASessionThatNeverClosed) {
  start();
  open();
  live({event_line("a", 1)});
  pass(9);
  open();
  EXPECT_TRUE(
      gap_shows("\"started_at\":\"2023-11-14T22:13:20.000Z\","
                "\"ended_at\":\"2023-11-14T22:13:29.000Z\",\"cause\":\"daemon_down\""));
}

TEST_F(JobsGaps, GoesOnThroughARestart) {
  start();
  open();
  close();
  pass(50);
  restart();
  pass(50);
  restart();
  open();
  EXPECT_EQ(gaps_topic.size(), 1u);
  EXPECT_TRUE(
      gap_shows("\"started_at\":\"2023-11-14T22:13:20.000Z\","
                "\"ended_at\":\"2023-11-14T22:15:00.000Z\",\"cause\":\"aborted\""));
}

TEST_F(JobsGaps, EstimatesWhatItCost) {
  start(without_jobs());
  open();
  pass(10);
  live(Lines(50));
  close();
  pass(4);
  open();
  EXPECT_TRUE(gap_shows("\"estimated_events\":20,")) << gap();
}

TEST_F(JobsGaps, IsUnrecoverableAtItsEndWithoutJobs) {
  start(without_jobs());
  open();
  live({Line{}});
  close();
  EXPECT_TRUE(gap_shows("\"state\":\"open\""));
  EXPECT_EQ(stored("gap/"), 1u);
  pass(5);
  open();
  EXPECT_TRUE(gap_shows("\"state\":\"unrecoverable\""));
  EXPECT_EQ(stored("gap/"), 0u);
  EXPECT_EQ(stored("job/"), 0u);
  EXPECT_FALSE(list_ordered());
  EXPECT_EQ(jobs->figures().gaps_unrecoverable, 1u);
  EXPECT_EQ(jobs->figures().gaps_open, 0u);
  EXPECT_DOUBLE_EQ(jobs->figures().gap_seconds, 5.0);
  EXPECT_EQ(gap_news(), (std::vector<std::string>{"open", "unrecoverable, 5s"}));
}

TEST_F(JobsGaps, IsRecoveredAtOnceWhereNoJobWasTouched) {
  start();
  list({});
  open();
  close();
  open();
  list({});
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\",\"jobs\":[],\"recovered_events\":0"));
  EXPECT_EQ(stored("gap/"), 0u);
  EXPECT_EQ(gap_news(), (std::vector<std::string>{"open", "ended, 0s", "recovered, 0s"}));
}

TEST_F(JobsGaps, StaysOpenUntilTheListWasRead) {
  start();
  list({});
  open();
  close();
  open();
  ASSERT_TRUE(list_ordered());
  commit(jobs->tasks_failed(now));
  tick();
  EXPECT_FALSE(list_ordered()) << "not at once";
  pass(5);
  tick();
  EXPECT_TRUE(list_ordered());
  EXPECT_TRUE(gap_shows("\"state\":\"open\""));
  restart();
  list({});
  EXPECT_NE(gaps_topic.begin()->second.find("\"state\":\"recovered\""), std::string::npos);
}

TEST_F(JobsGaps, NeedsAListThatWasAskedForAfterItsEnd) {
  start();
  ASSERT_TRUE(list_ordered());
  open();
  close();
  open();
  EXPECT_FALSE(list_ordered()) << "one at a time";
  commit(jobs->tasks_listed({}, now));
  EXPECT_TRUE(gap_shows("\"state\":\"open\""));
  list({});
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\""));
}

TEST_F(JobsGaps, TouchesListedJobsThatRanWithinTenMinutesOfIt) {
  start();
  list({});
  open();
  pass(10'000);
  close();
  pass(100);
  open();
  const auto task = [](const char* id, std::int64_t from, std::optional<std::int64_t> to) {
    return Task{.job_id = id,
                .status = to ? "success" : "requested",
                .requested_at = at_s(from),
                .finished_at = to ? std::optional(at_s(*to)) : std::nullopt};
  };
  list({task("before", 100, 9'399), task("just-before", 100, 9'400), task("in", 10'010, 10'020),
        task("through", 100, std::nullopt), task("just-after", 10'700, 10'800),
        task("after", 10'701, 10'800)});
  EXPECT_TRUE(gap_shows("\"jobs\":[\"in\",\"just-after\",\"just-before\",\"through\"]")) << gap();
  EXPECT_TRUE(gap_shows("\"state\":\"recovering\""));
  EXPECT_TRUE(gap_shows("\"note\":\"\"")) << gap();
}

TEST_F(JobsGaps, TouchesKnownJobsThatAreNotListed) {
  start();
  list({});
  open();
  live({event_line("a", 1)});
  close();
  open();
  list({});
  EXPECT_TRUE(gap_shows("\"jobs\":[\"a\"]"));
}

TEST_F(JobsGaps, AreUnrecoverableWhereTheyTouchAJobThatWasGivenUp) {
  start();
  list({});
  open();
  live({event_line("a", 1), status_line("a", success_flags)});
  pass(60);
  tick();
  list({});
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  commit(jobs->replay_failed(run->run, ReplayEnd::gone, std::nullopt, now));
  close();
  open();
  list({});
  EXPECT_TRUE(gap_shows("\"state\":\"unrecoverable\",\"jobs\":[\"a\"],"));
  EXPECT_TRUE(gap_shows("\"note\":\"job a: gone\""));
}

TEST_F(JobsGaps, DoNotTouchAJobThatWasCreatedBehindThem) {
  start();
  list({});
  open();
  close();
  pass(5);
  open();
  live({status_line("a", created_flags), status_line("b", created_flags)});
  list({{.job_id = "a", .status = "requested", .requested_at = at_s(5)},
        {.job_id = "b", .status = "requested", .requested_at = at_s(-601)}});
  EXPECT_TRUE(gap_shows("\"jobs\":[\"b\"]")) << "b was requested long before: " << gap();
  live({status_line("a", success_flags), status_line("b", success_flags)});
  EXPECT_TRUE(settled("a"));
  EXPECT_FALSE(settled("b"));
}

TEST_F(JobsGaps, SaysWhenTheListDoesNotReachBackToIt) {
  start();
  list({});
  open();
  close();
  pass(5);
  open();
  list({{.job_id = "a", .status = "requested", .requested_at = at_s(1)}});
  EXPECT_TRUE(gap_shows("the task list begins at 2023-11-14T22:13:21.000Z"));
}

TEST_F(JobsGaps, NeverEndsBeforeItBegan) {
  start();
  open();
  pass(10);
  close();
  open_waiting(at_s(3));  // received while the clock was behind
  EXPECT_TRUE(
      gap_shows("\"started_at\":\"2023-11-14T22:13:30.000Z\","
                "\"ended_at\":\"2023-11-14T22:13:30.000Z\""));
}

}  // namespace
}  // namespace penstock::jobs
