// What a page is shown of jobs, gaps and replays.
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

class JobsViews : public JobsFixture {};

TEST_F(JobsViews, ShowWhatTheTopicsShow) {
  start();
  open();
  live({event_line("a", 1)});
  tick();
  close();
  const JobsView views = jobs->views();
  ASSERT_EQ(views.jobs.size(), 1u);
  EXPECT_EQ(views.jobs[0].job_id, "a");
  EXPECT_EQ(views.jobs[0].events, 1u);
  ASSERT_EQ(views.gaps.size(), 1u);
  EXPECT_EQ(views.gaps[0].state, "open");
  EXPECT_EQ("stream/" + views.gaps[0].gap_id, gaps_topic.begin()->first);
  EXPECT_TRUE(views.replays.empty());
}

TEST_F(JobsViews, ShowWhatIsntOverAfterARestart) {
  start();
  open();
  live({event_line("a", 1), event_line("b", 2)});
  tick();
  close();
  restart();
  const JobsView views = jobs->views();
  ASSERT_EQ(views.jobs.size(), 2u);
  EXPECT_EQ(views.jobs[0].job_id, "a");
  EXPECT_EQ(views.jobs[1].job_id, "b");
  ASSERT_EQ(views.gaps.size(), 1u);
  EXPECT_EQ(views.gaps[0].ended_at, std::nullopt);
}

TEST_F(JobsViews, ShowAReplayWhileItRuns) {
  start();
  list(
      {{.job_id = "a", .status = "success", .requested_at = at_s(-100), .finished_at = at_s(-90)}});
  open();
  live({event_line("a", 1)});
  close();
  pass(5);
  open();
  tick();
  list({{.job_id = "a", .status = "success", .requested_at = at_s(-100), .finished_at = at_s(2)}});
  pass(120);
  tick();
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  begin_replay(run->run);
  bring(run->run, {event_line("a", 1), event_line("a", 2)});
  ASSERT_EQ(jobs->views().replays.size(), 1u);
  EXPECT_EQ(jobs->views().replays[0].job_id, "a");
  EXPECT_EQ(jobs->views().replays[0].delivered_events, 2u);
  end_replay(run->run);
  ASSERT_EQ(jobs->views().replays.size(), 1u) << "the run that confirms it";
  EXPECT_EQ(jobs->views().replays[0].delivered_events, 0u);
}

}  // namespace
}  // namespace penstock::jobs
