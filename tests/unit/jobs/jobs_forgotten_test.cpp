// Which jobs are remembered, and how long.
#include "penstock/core/limits.hpp"
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

class JobsForgotten : public JobsFixture {};

TEST_F(JobsForgotten, NinetyDaysAfterTheirEnd) {
  start();
  list({});
  open();
  live({status_line("a", created_flags), status_line("a", success_flags),
        status_line("b", created_flags), status_line("b", success_flags)});
  constexpr std::int64_t day = 86'400;
  pass(90 * day - 1);
  tick();
  list({task("b", "success")});
  tick();
  EXPECT_EQ(stored("job/"), 2u);
  pass(60);
  tick();
  EXPECT_EQ(stored("job/"), 2u) << "the list comes first";
  list({task("b", "success")});
  tick();
  EXPECT_EQ(stored("job/"), 1u) << "what the list holds is remembered";
  EXPECT_EQ(stored("job/b"), 1u);
  EXPECT_TRUE(settled("a")) << "its record on the jobs topic stays";
}

// What a job's records keep is looked at by 90 days, not by the next one that needs room.
TEST_F(JobsForgotten, ForRoomWhateverOlderOnesCannotGo) {
  first_start();
  list({});
  open();
  constexpr std::size_t stuck = 16;
  for (std::size_t i = 0; i < stuck; ++i) {
    const std::string id = "old-" + std::to_string(i);
    live({event_line(id, 1), status_line(id, success_flags)});  // predates: it keeps its ledger
  }
  pass(1);
  live({status_line("done", created_flags), event_line("done", 1),
        status_line("done", success_flags)});
  tick();  // its ledger goes
  ASSERT_EQ(stored("ledger/"), stuck);
  pass(1);
  Lines lines;
  for (std::size_t i = stuck + 1; i < limits::remembered_jobs; ++i) {
    lines.push_back(status_line("job-" + std::to_string(i), created_flags));
    lines.push_back(status_line("job-" + std::to_string(i), success_flags));
  }
  live(lines);
  pass(3601);
  tick();
  list({});
  live({status_line("new", created_flags)});
  EXPECT_EQ(stored("job/new"), 1u);
  EXPECT_EQ(stored("job/done"), 0u) << "the oldest that nothing else is kept of";
  restart();
  live({status_line("newer", created_flags)});
  EXPECT_EQ(stored("job/newer"), 1u);
  EXPECT_EQ(stored("job/old-"), stuck);
  EXPECT_EQ(stored("job/"), limits::remembered_jobs);
  EXPECT_EQ(jobs->figures().refused_jobs, 0u);
  EXPECT_EQ(state["session"].find("overflowed"), std::string::npos);
}

TEST_F(JobsForgotten, ForRoomThoughTheListIsAskedForInVain) {
  start();
  list({});
  open();
  Lines lines;
  for (std::size_t i = 0; i < limits::remembered_jobs; ++i) {
    lines.push_back(status_line("job-" + std::to_string(i), created_flags));
    lines.push_back(status_line("job-" + std::to_string(i), success_flags));
  }
  live(lines);
  for (std::uint32_t i = 1; i < limits::lists_failed; ++i) {
    pass(3601);
    commit(jobs->tasks_failed(now));
  }
  live({status_line("new", created_flags)});
  EXPECT_EQ(stored("job/new"), 0u) << "the list may hold all of them";
  pass(3601);
  commit(jobs->tasks_failed(now));
  live({status_line("newer", created_flags)});
  EXPECT_EQ(stored("job/newer"), 1u);
}

TEST_F(JobsForgotten, NotBeforeTheListWasRead) {
  start();
  list({});
  open();
  live({status_line("a", created_flags), status_line("a", success_flags)});
  pass(91 * 86'400);
  restart();
  tick();
  EXPECT_EQ(stored("job/"), 1u);
  list({});
  tick();
  EXPECT_EQ(stored("job/"), 0u);
}

// One that was listed, and one that came later.
TEST_F(JobsForgotten, NotByAClockThatLeaps) {
  start();
  list({});
  open();
  live({status_line("a", created_flags), event_line("a", 1), status_line("a", success_flags)});
  pass(60);
  tick();
  list({task("a", "success", 0)});
  live({status_line("b", created_flags), event_line("b", 1), status_line("b", success_flags)});
  pass(91 * 86'400);
  for (int second = 0; second < 5; ++second) {
    tick();
    pass(1);
  }
  EXPECT_EQ(stored("job/"), 2u);
  list({task("a", "success", 0), task("b", "success", 0)});
  pass(60);
  tick();
  EXPECT_EQ(stored("job/"), 2u);
  EXPECT_FALSE(ordered_replay());
  list({task("a", "success", 0)});
  tick();
  EXPECT_EQ(stored("job/"), 2u) << "listed until just now";
  pass(90 * 86'400);
  tick();
  list({task("a", "success", 0)});
  tick();
  EXPECT_EQ(stored("job/"), 1u) << "of that one nobody speaks any more";
  EXPECT_EQ(stored("job/a"), 1u);
}

}  // namespace
}  // namespace penstock::jobs
