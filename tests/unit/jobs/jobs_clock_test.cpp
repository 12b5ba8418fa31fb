// The wall clock is set back: what waits goes on waiting as long as it would have.
#include "penstock/core/limits.hpp"
#include "unit/jobs/jobs_replay_fixture.hpp"

namespace penstock::jobs {
namespace {

constexpr std::int64_t back = 7'200;

class JobsClock : public JobsReplayFixture {
 protected:
  void set_clock_back() {
    tick();  // the clock was looked at before
    pass(-back);
    tick();
  }
  // The last events of a come, then the clock is set back, then a process with another journal
  // settles the job. When they came.
  WallTime settle_by_another() {
    gap_at_the_end_of_a();
    const WallTime received = now;
    pass(-300);
    restart(of_journal("2222"));
    list({});
    pass(61);
    tick();
    settle_a();
    return received;
  }
};

TEST_F(JobsClock, SetBackDelaysNoTaskList) {
  start();
  list({});
  set_clock_back();
  EXPECT_FALSE(list_ordered());
  pass(60);
  tick();
  EXPECT_TRUE(list_ordered());
}

TEST_F(JobsClock, SetBackDelaysNoTaskListAfterOneThatFailed) {
  start();
  ASSERT_TRUE(list_ordered());
  commit(jobs->tasks_failed(now));
  set_clock_back();
  EXPECT_FALSE(list_ordered());
  pass(5);
  tick();
  EXPECT_TRUE(list_ordered());
}

TEST_F(JobsClock, SetBackDelaysNoQuestion) {
  start();
  open();
  live({event_line("a", 1)});
  list({});
  ASSERT_EQ(status_ordered(), "a");
  jobs->status_failed("a");
  set_clock_back();
  EXPECT_FALSE(status_ordered());
  pass(60);
  tick();
  EXPECT_EQ(status_ordered(), "a");
}

TEST_F(JobsClock, SetBackDelaysNoReplayOfAJobThatEnded) {
  start();
  list({});
  open();
  live({event_line("a", 1), status_line("a", success_flags)});
  set_clock_back();
  EXPECT_FALSE(ordered_replay());
  pass(60);
  tick();
  EXPECT_EQ(replay_next("a", {event_line("a", 1)}), (Numbers{}));
  replay_next("a", {event_line("a", 1)});
  EXPECT_TRUE(settled("a"));
}

TEST_F(JobsClock, SetBackDuringARestartDelaysNoReplay) {
  start();
  open();
  live({event_line("a", 1), status_line("a", success_flags)});
  pass(-back);
  restart();
  tick();
  pass(60);
  tick();
  EXPECT_TRUE(ordered_replay());
}

TEST_F(JobsClock, SetBackDelaysNoReplayThatBroke) {
  gap_at_the_end_of_a();
  replay_next("a", {}, DisconnectCause::aborted);
  set_clock_back();
  EXPECT_FALSE(ordered_replay());
  pass(60);  // as it ended in the meantime, by this clock
  tick();
  EXPECT_TRUE(ordered_replay());
}

TEST_F(JobsClock, SetBackDelaysNoReplayThatWasRefused) {
  gap_while_a_runs({event_line("a", 1)});
  live({event_line("a", 2)});
  tick();
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  commit(jobs->replay_failed(run->run, ReplayEnd::refused, std::chrono::seconds(90), now));
  set_clock_back();
  expect_replay_in(90);
}

// Without that, the list would count as one that was read after the job's end.
TEST_F(JobsClock, SetBackMakesNoListYounger) {
  start();
  state["session"] += "uncounted=1\n";
  restart();
  list({});
  open();
  set_clock_back();
  pass(1);
  live({event_line("a", 1), status_line("a", success_flags)});
  pass(60);
  tick();
  EXPECT_FALSE(shows("a", "uncounted"));
  list({task("a", "success", 1)});
  tick();
  EXPECT_TRUE(ordered_replay());
}

TEST_F(JobsClock, SetBackMakesNoLateEventADuplicate) {
  gap_at_the_end_of_a();
  const WallTime opened = now;
  pass(1);
  settle_a();
  pass(2 * back);
  restart();
  open_waiting(opened);
  set_clock_back();
  pass(599);
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{})) << "it may have waited in the remote";
  pass(1);
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{3}));
}

TEST_F(JobsClock, SetBackLosesNoLateEvent) {
  gap_at_the_end_of_a();
  settle_a();
  set_clock_back();
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{3}));
  pass(-back);
  restart();
  open();
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{3})) << "the same, set back during a restart";
}

// Whoever looks first: between two ticks there are batches.
TEST_F(JobsClock, SetBackLosesNoLateEventBeforeTheNextTick) {
  gap_at_the_end_of_a();
  settle_a();
  tick();
  pass(-back);
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{3}));
}

TEST_F(JobsClock, SetBackLosesNoLateEventOfACleanJobBeforeTheNextTick) {
  start();
  open();
  live({status_line("a", created_flags), event_line("a", 1), status_line("a", success_flags)});
  ASSERT_TRUE(settled("a"));
  pass(-back);
  EXPECT_EQ(live({event_line("a", 2)}), (Numbers{2}));
}

TEST_F(JobsClock, SetBackByLessThanATickLosesNoLateEvent) {
  gap_at_the_end_of_a();
  settle_a();
  now -= std::chrono::milliseconds(300);
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{3}));
  now += std::chrono::milliseconds(700);
  tick();
  EXPECT_EQ(live({event_line("a", 4)}), (Numbers{4}));
}

// The time that passed between two looks hides as much of a step: this one can't be seen.
TEST_F(JobsClock, SetBackThatNobodySeesLosesNoLateEventOfACleanJob) {
  start();
  open();
  live({status_line("a", created_flags), status_line("a", success_flags)});
  ASSERT_TRUE(settled("a"));
  Batch late = live_lines(session, now - std::chrono::milliseconds(200), Lines{event_line("a", 1)});
  commit(jobs->decide(late, now + std::chrono::milliseconds(100)));
  EXPECT_EQ(late.verdicts, (std::vector{Verdict::publish}));
}

TEST_F(JobsClock, SetBackBeforeAnAnswerShortensNoWait) {
  start();
  ASSERT_TRUE(list_ordered());
  pass(-back);
  commit(jobs->tasks_failed(now));
  tick();
  EXPECT_FALSE(list_ordered());
  pass(5);
  tick();
  EXPECT_TRUE(list_ordered());
}

// A process waits with its session for the source, and its clock is set back; then another one
// settles the job.
TEST_F(JobsClock, SetBackBeforeAnotherProcessSettledAJobDoublesNothing) {
  gap_at_the_end_of_a();
  settle_a();
  restart();
  const WallTime before = now + std::chrono::seconds(back);
  open_waiting(before);
  Batch waited = live_lines(session, before, Lines{event_line("a", 1), event_line("a", 2)});
  commit(jobs->decide(waited, now));
  EXPECT_EQ(waited.verdicts, (std::vector{Verdict::duplicate, Verdict::duplicate}));
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{}));
  pass(600);
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{3})) << "this one is late";
}

// The machine of a process that crashed comes back, and another one settled the job meanwhile.
TEST_F(JobsClock, SetBackDuringARestartDoublesNothingThatTheJournalHas) {
  gap_at_the_end_of_a();
  const WallTime received = now;
  pass(1);
  settle_a();
  pass(-back);
  restart(of_journal("1111"));
  EXPECT_EQ(recovered(received), Verdict::duplicate);
}

// The same, but that the clock was set back before the job was settled.
TEST_F(JobsClock, SetBackBeforeATakeoverDoublesNothingThatTheOtherJournalHas) {
  const WallTime received = settle_by_another();
  restart(of_journal("1111"));
  EXPECT_EQ(recovered(received), Verdict::duplicate);
  EXPECT_EQ(recovered(received + limits::gap_margin), Verdict::publish) << "this one is late";
}

// One that waits meanwhile with its session, and owns the source at last.
TEST_F(JobsClock, SetBackBeforeATakeoverDoublesNothingThatWasReceivedBeforeTheNext) {
  const WallTime received = settle_by_another();
  pass(400);
  restart(of_journal("1111"));
  open_waiting(received - std::chrono::seconds(1));
  Batch waited = live_lines(session, received, Lines{event_line("a", 1), event_line("a", 2)});
  commit(jobs->decide(waited, now));
  EXPECT_EQ(waited.verdicts, (std::vector{Verdict::duplicate, Verdict::duplicate}));
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{3})) << "this one is late";
}

// Some of it is by the clock as it was, in what is the future now; then that comes.
TEST_F(JobsClock, SetBackBeforeATakeoverDoublesNothingThatIsDecidedAboutLater) {
  const WallTime received = settle_by_another();
  pass(10);
  restart(of_journal("1111"));
  open_waiting(now - std::chrono::seconds(5));
  for (int decided = 0; decided < 2; ++decided) {
    Batch waited = live_lines(session, received, Lines{event_line("a", 1)});
    commit(jobs->decide(waited, now));
    EXPECT_EQ(waited.verdicts, (std::vector{Verdict::duplicate})) << decided;
    now = received + std::chrono::seconds(1);
  }
}

// What it waited for in the journal was decided about before its replays.
TEST_F(JobsClock, SetBackBeforeAKillLosesNoLateEventInTheJournal) {
  start(of_journal("1111"));
  list({});
  open();
  live({event_line("a", 1), event_line("a", 2)});
  close();
  restart(of_journal("1111"));
  open();
  list({task("a", "success", 0)});
  pass(61);
  tick();
  settle_a();
  set_clock_back();
  const WallTime received = now;
  restart(of_journal("1111"));
  EXPECT_EQ(recovered(received), Verdict::publish);
  open_waiting(received);
  EXPECT_EQ(live({event_line("a", 4)}), (Numbers{4})) << "nor one behind it";
}

TEST_F(JobsClock, SetBackDuringAReplayLosesNoLateEvent) {
  gap_at_the_end_of_a();
  replay_next("a", all);
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  begin_replay(run->run);
  set_clock_back();
  bring(run->run, all);
  end_replay(run->run);
  ASSERT_TRUE(settled("a"));
  pass(1);
  EXPECT_EQ(live({event_line("a", 3)}), (Numbers{3}));
}

TEST_F(JobsClock, SetBackInAGapHidesNoJobOfIt) {
  start();
  list({});
  open();
  live({event_line("a", 1)});
  close();
  set_clock_back();
  pass(60);
  open();
  list({task("b", "success", 10 - back, 20 - back)});
  EXPECT_TRUE(gap_shows("\"jobs\":[\"a\",\"b\"]")) << gap();
}

TEST_F(JobsClock, SetBackBeforeARestartHidesNoJobOfTheGap) {
  start();
  list({});
  open();
  live({event_line("a", 1)});
  set_clock_back();
  pass(3'600);
  restart();
  list({});
  open();
  list({task("b", "success", 10 - back, 20 - back)});
  EXPECT_TRUE(gap_shows("\"jobs\":[\"a\",\"b\"]")) << gap();
}

}  // namespace
}  // namespace penstock::jobs
