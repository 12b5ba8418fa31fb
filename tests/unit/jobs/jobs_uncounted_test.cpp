// Jobs whose events weren't counted for a while: their replays can't be merged.
#include "penstock/core/limits.hpp"
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

class JobsUncounted : public JobsFixture {
 protected:
  // Events 1 to 3 of `a` are published while nothing is counted, then there are jobs.
  void publish_uncounted() {
    JobsOptions without = options();
    without.has_jobs = false;
    first_start(without);
    open();
    live({event_line("a", 1), event_line("a", 2), event_line("a", 3)});
    pass(1);
    restart();
  }
  void gap() {
    close();
    pass(1);
    open();
  }
  // The API's answer has no times.
  void ends(const std::string& id) {
    live({status_line(id, success_flags)});
    for (int i = 0; i < 2; ++i) {
      pass(60);
      tick();
      if (list_ordered()) {
        commit(jobs->tasks_listed({}, now));
        tick();
      }
    }
  }
  void expect_no_replay(const std::string& id) {
    EXPECT_FALSE(ordered_replay()) << "what was published before would come twice";
    EXPECT_EQ(told(SourceEvent::job_uncounted), std::vector{"job " + id});
    EXPECT_TRUE(state["job/" + id].find("given_up=uncounted") != std::string::npos);
    EXPECT_FALSE(jobs->replay_requested(id, true, now));
  }
};

// Which of the two comes first depends on the network.
class JobsUncountedInBothOrders : public JobsUncounted, public testing::WithParamInterface<bool> {
 protected:
  void list_and_open(const std::vector<Task>& tasks) {
    const bool list_first = GetParam();
    if (list_first) {
      list(tasks);
    }
    open();
    if (!list_first || list_ordered()) {
      commit(jobs->tasks_listed(tasks, now));  // which the gap touched
    }
  }
};
INSTANTIATE_TEST_SUITE_P(List, JobsUncountedInBothOrders, testing::Bool(),
                         [](const auto& list_first) {
                           return list_first.param ? "BeforeTheSession" : "AfterItsOpening";
                         });

TEST_P(JobsUncountedInBothOrders, WhoseFirstEventsCameWithoutJobsAreNeverMerged) {
  publish_uncounted();
  list_and_open({task("a", "requested", -5)});
  EXPECT_EQ(live({event_line("a", 4)}), (Numbers{4}));
  tick();
  EXPECT_FALSE(ordered_replay());
  ends("a");
  expect_no_replay("a");
}

TEST_P(JobsUncountedInBothOrders, OfATimeBeforeTheStateWasLostAreNeverMergedAfterALaterGap) {
  JobsOptions after_loss = options();
  after_loss.journal_published = true;
  first_start(after_loss);
  list_and_open({task("a", "requested", -5)});
  gap();
  list({task("a", "requested", -5)});
  live({event_line("a", 4)});
  tick();
  EXPECT_FALSE(ordered_replay());
  ends("a");
  expect_no_replay("a");
}

TEST_P(JobsUncountedInBothOrders, ThatWereOverAtTheFirstStartAreNotReplayed) {
  JobsOptions after_loss = options();
  after_loss.journal_published = true;
  after_loss.on_first_start = FirstStart::listed;
  first_start(after_loss);
  list_and_open({task("a", "success", -5000, -4000)});
  pass(60);
  tick();
  expect_no_replay("a");
}

TEST_F(JobsUncounted, AreNotReplayedWhileThereIsNoSession) {
  JobsOptions after_loss = options();
  after_loss.journal_published = true;
  after_loss.on_first_start = FirstStart::listed;
  first_start(after_loss);
  list({task("a", "success", -5000, -4000)});
  tick();
  EXPECT_FALSE(ordered_replay());
  EXPECT_FALSE(jobs->replay_requested("a", true, now));
}

TEST_F(JobsUncounted, ThatNoListHasAreNeverMergedWhicheverSessionTheyAreHeardOfIn) {
  publish_uncounted();
  open();
  list({});
  gap();
  list({});
  EXPECT_EQ(live({event_line("a", 4)}), (Numbers{4}));
  tick();
  EXPECT_EQ(status_ordered(), "a");
  commit(jobs->status_told("a", task("a", "Requested"), now));
  ends("a");
  expect_no_replay("a");
}

TEST_F(JobsUncounted, ThatNoListHasAreNeverMergedByAProcessThatComesLater) {
  publish_uncounted();
  open();
  list({});
  restart();
  list({});
  EXPECT_EQ(live({event_line("a", 4)}), (Numbers{4}));  // the journal still has it
  restart();
  open();
  list({});
  ends("a");
  expect_no_replay("a");
}

TEST_F(JobsUncounted, AreGivenUpWithoutAListToo) {
  publish_uncounted();
  open();
  gap();
  live({event_line("a", 4), status_line("a", success_flags)});
  ASSERT_TRUE(list_ordered());
  commit(jobs->tasks_failed(now));
  pass(3599);
  tick();
  EXPECT_EQ(told(SourceEvent::job_uncounted).size(), 0u) << "a list may come yet";
  pass(1);
  tick();
  expect_no_replay("a");
}

TEST_F(JobsUncounted, AreGivenUpWhereNoListComesAnyMoreToo) {
  publish_uncounted();
  open();
  list({});
  gap();
  list({});
  pass(1);
  live({event_line("a", 4), status_line("a", success_flags)});
  pass(3599);
  tick();
  ASSERT_TRUE(list_ordered());
  commit(jobs->tasks_failed(now));
  EXPECT_EQ(told(SourceEvent::job_uncounted).size(), 0u) << "a list may come yet";
  pass(1);
  tick();
  expect_no_replay("a");
}

TEST_F(JobsUncounted, AreMergedIfTheyWereRequestedLater) {
  publish_uncounted();
  open();
  list({});
  pass(700);
  gap();
  live({event_line("b", 1), status_line("b", success_flags)});
  pass(60);
  tick();
  EXPECT_FALSE(ordered_replay()) << "that isn't known yet";
  list({task("b", "success", 699)});
  const Lines all{event_line("b", 1), event_line("b", 2)};
  replay_next("b", all);
  EXPECT_EQ(replay_next("b", all), (Numbers{2}));
}

TEST_F(JobsUncounted, AreMergedByALaterProcessIfTheirCreationWasSeen) {
  publish_uncounted();
  open();
  list({});
  live({status_line("b", created_flags), event_line("b", 1)});
  restart();
  open();
  list({task("b", "requested", 2)});
  live({status_line("b", success_flags)});
  pass(60);
  tick();
  const Lines all{event_line("b", 1), event_line("b", 2)};
  replay_next("b", all);
  EXPECT_EQ(replay_next("b", all), (Numbers{2}));
}

TEST_F(JobsUncounted, AreNoneWhereTheVeryFirstStartWasWithJobs) {
  first_start();
  open();
  list({});
  gap();
  list({});
  live({event_line("b", 1)});
  ends("b");
  const Lines all{event_line("b", 1), event_line("b", 2)};
  replay_next("b", all);
  EXPECT_EQ(replay_next("b", all), (Numbers{2}));
}

TEST_F(JobsUncounted, AreMergedIfNobodyKnewThemAndAnOperatorForcesIt) {
  publish_uncounted();
  open();
  list({});
  auto asked = jobs->replay_requested("b", true, now);
  ASSERT_TRUE(asked);
  commit(*asked);
  EXPECT_EQ(replay_next("b", {event_line("b", 1)}), (Numbers{1}));
}

TEST_F(JobsUncounted, WhoseEventsWereNotCountedForAWhileAreNeverMerged) {
  start();
  list({});
  open();
  live({event_line("a", 1)});
  JobsOptions without = options();
  without.has_jobs = false;
  restart(without);
  EXPECT_EQ(live({event_line("a", 2)}), (Numbers{2}));
  restart();
  list({task("a", "success")});
  pass(60);
  tick();
  EXPECT_FALSE(ordered_replay()) << "2 would come twice";
  EXPECT_FALSE(jobs->replay_requested("a", true, now));
  EXPECT_EQ(jobs->figures().given_up_jobs, 1u);
  EXPECT_EQ(told(SourceEvent::job_uncounted), (std::vector<std::string>{"job a"}));
}

TEST_F(JobsUncounted, ThatAreFirstSeenAfterATimeWithoutJobsAreNeverMerged) {
  JobsOptions without = options();
  without.has_jobs = false;
  first_start(without);
  open();
  EXPECT_EQ(live({event_line("seen", 1), event_line("listed", 2)}), (Numbers{1, 2}));
  pass(1);
  restart();
  open();
  live({event_line("seen", 3)});
  list({task("seen", "success", -5), task("listed", "success", -5)});
  pass(60);
  tick();
  EXPECT_FALSE(ordered_replay()) << "1 or 2 would come twice";
  EXPECT_EQ(told(SourceEvent::job_uncounted), (std::vector<std::string>{"job seen", "job listed"}));
  restart();
  open();
  list({task("seen", "success", -5), task("listed", "success", -5)});
  pass(60);
  tick();
  EXPECT_FALSE(ordered_replay());
}

TEST_F(JobsUncounted, OfATimeBeforeTheStateWasLostAreNeverMerged) {
  JobsOptions after_loss = options();
  after_loss.journal_published = true;
  after_loss.on_first_start = FirstStart::listed;
  first_start(after_loss);
  session = session.next();  // the journal has it from its middle on
  live({event_line("seen", 1)});
  close();
  open();
  list({task("seen", "success", -5), task("listed", "success", -5)});
  EXPECT_TRUE(gap_shows("\"jobs\":["));
  pass(60);
  tick();
  EXPECT_FALSE(ordered_replay()) << "what was published before would come twice";
}

TEST_F(JobsUncounted, ThatBeginAfterTheStateWasLostAreMerged) {
  JobsOptions after_loss = options();
  after_loss.journal_published = true;
  first_start(after_loss);
  open();
  list({});
  live({status_line("new", created_flags), event_line("new", 1)});
  close();
  open();
  list({task("new", "success", 1)});
  pass(60);
  tick();
  replay_next("new", {event_line("new", 1), event_line("new", 2)});
  EXPECT_EQ(replay_next("new", {event_line("new", 1), event_line("new", 2)}), (Numbers{2}));
}

TEST_F(JobsUncounted, ThatThereIsNoRoomForAreNeverMergedLater) {
  start();
  std::vector<Task> many;
  for (std::size_t i = 0; i < limits::remembered_jobs; ++i) {
    many.push_back(task("job-" + std::to_string(i), "requested", 1));
  }
  list(many);
  open();
  EXPECT_EQ(live({event_line("one-more", 1)}), (Numbers{1}));
  EXPECT_EQ(jobs_topic.count("one-more"), 0u);
  EXPECT_GE(jobs->figures().refused_jobs, 1u);
  // Some end, and are over for long enough to be forgotten.
  live({status_line("new-1", created_flags)});
  EXPECT_EQ(jobs_topic.count("new-1"), 0u);
  commit(jobs->replay_requested("job-0", true, now).value());
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  live({status_line("job-0", success_flags)});
  replay(run->run, {});
  pass(60);
  tick();
  replay_next("job-0", {});
  replay_next("job-0", {});
  ASSERT_TRUE(settled("job-0"));
  tick();  // its ledger goes
  pass(4000);
  live({event_line("one-more", 1)});
  EXPECT_EQ(stored("job/one-more"), 0u) << "the list that was read last holds job-0";
  tick();
  many.erase(many.begin());
  list(many);
  pass(3600);
  tick();
  list(many);
  live({event_line("one-more", 1)});
  EXPECT_EQ(stored("job/one-more"), 1u) << "in the place of job-0";
  EXPECT_EQ(state.count("job/job-0"), 0u);
  EXPECT_NE(state["job/one-more"].find("incomplete=1"), std::string::npos)
      << "what came of it before isn't counted";
}

}  // namespace
}  // namespace penstock::jobs
