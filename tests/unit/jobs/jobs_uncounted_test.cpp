// Jobs whose events weren't counted for a while: their replays can't be merged.
#include "penstock/core/limits.hpp"
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

class JobsUncounted : public JobsFixture {};

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
  pass(4000);
  live({event_line("one-more", 1)});
  EXPECT_EQ(stored("job/one-more"), 1u) << "in the place of job-0";
  EXPECT_EQ(state.count("job/job-0"), 0u);
  EXPECT_NE(state["job/one-more"].find("incomplete=1"), std::string::npos)
      << "what came of it before isn't counted";
}

}  // namespace
}  // namespace penstock::jobs
