// What is asked of the tasks API, and what follows from its answers.
#include <set>

#include "penstock/core/limits.hpp"
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

class JobsTasks : public JobsFixture {
 protected:
  void start_with(FirstStart first) {
    JobsOptions with = options();
    with.on_first_start = first;
    first_start(std::move(with));
  }
};

TEST_F(JobsTasks, AreListedAtTheStartAndEachInterval) {
  start();
  list({});
  pass(59);
  tick();
  EXPECT_FALSE(list_ordered());
  pass(1);
  tick();
  list({});
}

TEST_F(JobsTasks, AreListedAtAnotherIntervalOnceItIsTold) {
  start();
  JobsOptions other = options();
  other.task_poll_interval = std::chrono::seconds(10);
  jobs->reconfigure(other);
  list({});
  pass(9);
  tick();
  EXPECT_FALSE(list_ordered());
  pass(1);
  tick();
  list({});
}

TEST_F(JobsTasks, AreAskedForAgainLaterEachTimeThatTheListFails) {
  start();
  ASSERT_TRUE(list_ordered());
  commit(jobs->tasks_failed(now));
  for (const int wait : {5, 10, 20}) {
    pass(wait - 1);
    tick();
    EXPECT_FALSE(list_ordered()) << wait;
    pass(1);
    tick();
    ASSERT_TRUE(list_ordered()) << wait;
    commit(jobs->tasks_failed(now));
  }
}

TEST_F(JobsTasks, FillInWhatTheStreamDoesNotSay) {
  start();
  open();
  live({event_line("client-a", 1)});
  list({task("a", "REVOKED", -5, 7)});
  EXPECT_TRUE(shows("a", "\"status\":\"revoked\""));
  EXPECT_TRUE(shows("a", "\"revoked\":true,"));
  EXPECT_TRUE(shows("a",
                    "\"requested_at\":\"2023-11-14T22:13:15.000Z\","
                    "\"finished_at\":\"2023-11-14T22:13:27.000Z\""));
}

TEST_F(JobsTasks, AreNotBelievedToTakeAnEndBack) {
  start();
  open();
  live({event_line("a", 1), status_line("a", success_flags)});
  list({task("a", "requested")});
  EXPECT_TRUE(shows("a", "\"status\":\"success\""));
  close();
  open();
  list({task("a", "failed")});
  EXPECT_TRUE(shows("a", "\"status\":\"success\",\"success\":true"));
}

TEST_F(JobsTasks, OfBeforeTheFirstSessionAreLeftAlone) {
  start_with(FirstStart::none);
  list({task("old", "success", -900, -800), task("running", "requested", -900)});
  open();
  EXPECT_EQ(live({event_line("running", 1)}), (Numbers{1}));
  live({status_line("running", success_flags)});
  pass(5000);
  tick();
  EXPECT_FALSE(ordered_replay());
  restart();
  open();
  tick();
  EXPECT_FALSE(ordered_replay());
}

TEST_F(JobsTasks, OfBeforeTheFirstSessionAreReplayedIfAGapTouchesThem) {
  start_with(FirstStart::none);
  list({task("old", "success", -9000, -8000), task("running", "requested", -9000)});
  open();
  close();
  open();
  list({task("old", "success", -9000, -8000), task("running", "requested", -9000)});
  EXPECT_TRUE(gap_shows("\"jobs\":[\"running\"]"));
  EXPECT_FALSE(ordered_replay()) << "there is nothing to compare it with yet";
  live({event_line("running", 1)});
  tick();
  EXPECT_EQ(ordered_replay().value().job, "running");
  EXPECT_FALSE(ordered_replay());
}

TEST_F(JobsTasks, OfBeforeTheFirstSessionAreReplayedIfAnOperatorAsks) {
  start_with(FirstStart::none);
  list({task("old", "success", -9000, -8000)});
  auto asked = jobs->replay_requested("old", false, now);
  ASSERT_TRUE(asked);
  commit(*asked);
  EXPECT_EQ(replay_next("old", {event_line("old", 1)}), (Numbers{1}));
}

TEST_F(JobsTasks, ThatRanBeforeTheFirstSessionAreKnownByTheStreamToo) {
  start_with(FirstStart::none);
  open();
  live({event_line("running", 1), status_line("running", success_flags)});
  pass(5000);
  tick();
  EXPECT_FALSE(ordered_replay()) << "its creation would have come in this session";
}

TEST_F(JobsTasks, AreNotTakenForOlderWhereTheirCreationMayBeADeadLetter) {
  start_with(FirstStart::none);
  open();
  live({bad_line()});
  live({event_line("a", 1), status_line("a", success_flags)});
  pass(60);
  tick();
  EXPECT_TRUE(ordered_replay());
}

TEST_F(JobsTasks, OfBeforeTheFirstSessionAreReplayedIfUnfinished) {
  start_with(FirstStart::unfinished);
  list({task("old", "success", -9000, -8000), task("running", "requested", -9000)});
  open();
  live({event_line("old", 1), event_line("running", 1)});
  tick();
  EXPECT_EQ(ordered_replay().value().job, "running");
  EXPECT_FALSE(ordered_replay());
}

TEST_F(JobsTasks, OfBeforeTheFirstSessionAreReplayedIfListed) {
  start_with(FirstStart::listed);
  list({task("old", "success", -9000, -8000), task("unknown", "failed"),
        task("running", "requested", -9000)});
  EXPECT_EQ(ordered_replay().value().job, "old");
  open();
  live({event_line("running", 1)});
  tick();
  EXPECT_EQ(ordered_replay().value().job, "running");
  pass(60);
  tick();
  EXPECT_FALSE(ordered_replay()) << "two at a time";
}

TEST_F(JobsTasks, ThatTheStreamNeverShowedAreReplayedAfterTheirEnd) {
  start();
  list({});
  open();
  pass(100);
  tick();
  list({task("silent", "requested", 50)});
  EXPECT_FALSE(ordered_replay());
  pass(100);
  tick();
  list({task("silent", "success", 50, 190)});
  pass(60);
  tick();
  EXPECT_EQ(ordered_replay().value().job, "silent");
}

TEST_F(JobsTasks, AreAskedForOneByOneWhereTheListHasThemNoMore) {
  start();
  open();
  live({event_line("a", 1), status_line("b", created_flags), event_line("c", 1)});
  tick();
  EXPECT_FALSE(status_ordered()) << "not before the list came";
  list({task("c", "requested")});
  EXPECT_EQ(status_ordered(), "a");
  EXPECT_FALSE(status_ordered()) << "b is clean, c is in the list";
  tick();
  EXPECT_FALSE(status_ordered());
  jobs->status_failed("a");
  pass(60);
  tick();
  EXPECT_EQ(status_ordered(), "a");
  commit(jobs->status_told("client-a", task("a", "Success"), now));
  EXPECT_TRUE(shows("a", "\"status\":\"success\""));
  pass(60);
  tick();
  EXPECT_FALSE(status_ordered());
  EXPECT_EQ(ordered_replay().value().job, "a");
}

TEST_F(JobsTasks, AreAskedForFourAtATime) {
  start();
  open();
  for (const char* const id : {"a", "b", "c", "d", "e"}) {
    live({event_line(id, 1)});
  }
  list({});
  for (const char* const id : {"a", "b", "c", "d"}) {
    EXPECT_EQ(status_ordered(), id);
  }
  EXPECT_FALSE(status_ordered());
  jobs->status_failed("b");
  tick();
  EXPECT_EQ(status_ordered(), "e");
}

TEST_F(JobsTasks, AreAllAskedForHoweverManyTheyAre) {
  JobsOptions with = options();
  with.task_poll_interval = std::chrono::seconds(10);
  start(with);
  open();
  std::set<std::string> running;
  for (int i = 0; i < 60; ++i) {
    running.insert("job-" + std::to_string(i));
    live({event_line("job-" + std::to_string(i), 1)});
  }
  list({});
  std::set<std::string> asked;
  for (std::size_t i = 0; i < running.size() / limits::status_questions; ++i) {
    while (const auto id = status_ordered()) {
      EXPECT_TRUE(asked.insert(*id).second) << *id << " before another's turn";
      commit(jobs->status_told(*id, task(*id, "requested"), now));
    }
    pass(1);
    tick();
  }
  EXPECT_EQ(asked, running);
  EXPECT_TRUE(status_ordered()) << "and then once more";
}

TEST_F(JobsTasks, ThatTheApiDoesNotKnowAnyMoreHaveEnded) {
  start();
  open();
  live({event_line("a", 1)});
  list({});
  EXPECT_EQ(status_ordered(), "a");
  commit(jobs->status_told("a", std::nullopt, now));
  EXPECT_TRUE(shows("a", "\"status\":\"failed\",\"success\":null,"));
  pass(60);
  tick();
  EXPECT_EQ(ordered_replay().value().job, "a");
}

TEST_F(JobsTasks, HaveNotEndedForAnApiThatHasNoList) {
  start();
  open();
  live({event_line("a", 1)});
  ASSERT_TRUE(list_ordered());
  commit(jobs->tasks_failed(now));
  tick();
  EXPECT_EQ(status_ordered(), "a");
  commit(jobs->status_told("a", std::nullopt, now));
  EXPECT_TRUE(shows("a", "\"status\":\"started\""));
}

TEST_F(JobsTasks, ThatTheLastListHadAreAskedForOnceListsFail) {
  start();
  open();
  live({event_line("a", 1)});
  list({task("a", "requested")});
  pass(60);
  tick();
  ASSERT_TRUE(list_ordered());
  commit(jobs->tasks_failed(now));
  tick();
  EXPECT_FALSE(status_ordered()) << "the next one may say";
  pass(5);
  tick();
  ASSERT_TRUE(list_ordered());
  commit(jobs->tasks_failed(now));
  tick();
  EXPECT_EQ(status_ordered(), "a");
  commit(jobs->status_told("a", std::nullopt, now));
  EXPECT_TRUE(shows("a", "\"status\":\"started\"")) << "without a list that means nothing";
  pass(60);
  tick();
  EXPECT_EQ(status_ordered(), "a");
  list({task("a", "requested")});
  jobs->status_failed("a");
  pass(60);
  tick();
  EXPECT_FALSE(status_ordered());
}

TEST_F(JobsTasks, WithStrangeIdsOrTimesDoNoHarm) {
  start();
  Task far = task("far", "success");
  far.requested_at = WallTime(std::chrono::milliseconds(-62'135'596'800'001));
  far.finished_at = WallTime(std::chrono::milliseconds(limits::max_time_ms + 1));
  list({far, task("a\nb", "success"), task("", ""), task(std::string(201, 'x'), "success"),
        task("with/slash", "success"), task("client-", "success")});
  EXPECT_EQ(jobs_topic.size(), 2u);
  EXPECT_TRUE(shows("far", "\"requested_at\":null"));
  EXPECT_EQ(jobs->figures().ignored_job_ids, 4u);
  open();
  live({event_line("with/slash", 1)});
  EXPECT_EQ(stored("ledger/with/slash/0"), 1u);
  restart();
  EXPECT_EQ(live({event_line("with/slash", 1)}), (Numbers{})) << "it was published";
}

}  // namespace
}  // namespace penstock::jobs
