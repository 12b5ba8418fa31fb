#include "simulator/job_life.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;
using What = JobLife::What;

constexpr JobTime created = 5s;

JobPlan plan_of(std::uint32_t events, JobStatus outcome = JobStatus::success) {
  return {.events = events, .queued = 2s, .lasts = 10s, .outcome = outcome, .twins = 0};
}

// When each moment came.
std::vector<JobTime> live(JobLife& life) {
  std::vector<JobTime> times;
  while (const auto due = life.due()) {
    times.push_back(*due);
    life.happen();
  }
  return times;
}

std::set<std::uint32_t> contents_of(const JobLife& life) {
  std::set<std::uint32_t> contents;
  for (std::uint32_t i = 2; i + 1 < life.moments(); ++i) {
    contents.insert(life.moment(i).content);
  }
  return contents;
}

TEST(JobLife, GoesFromItsCreationOverItsResultsToItsEnd) {
  JobLife life(plan_of(10), 1, 0, created);
  EXPECT_EQ(life.status(), JobStatus::requested);
  const std::vector<JobTime> times = live(life);
  ASSERT_EQ(times.size(), 13u);
  EXPECT_EQ(life.moments(), 13u);
  EXPECT_EQ(life.results(), 10u);
  EXPECT_EQ(life.status(), JobStatus::success);
  EXPECT_EQ(life.created(), created);
  EXPECT_EQ(life.started(), created + 2s);
  EXPECT_EQ(life.ended(), created + 12s);
  EXPECT_EQ(life.moment(0).what, What::created);
  EXPECT_EQ(life.moment(1).what, What::started);
  EXPECT_EQ(life.moment(12).what, What::ended);
  for (std::uint32_t i = 0; i < 13; ++i) {
    EXPECT_EQ(life.moment(i).at, times[i]);
    EXPECT_EQ(life.moment(i).what == What::result, i >= 2 && i < 12);
    // A tenth of its time belongs to each result.
    if (i >= 2 && i < 12) {
      EXPECT_GE(times[i], created + 2s + (i - 2) * 1s);
      EXPECT_LE(times[i], created + 2s + (i - 1) * 1s);
    }
  }
}

TEST(JobLife, KeepsItsMomentsWhileItGoesOn) {
  JobLife life(plan_of(3), 1, 0, created);
  std::vector<What> seen;
  while (life.due()) {
    life.happen();
    seen.push_back(life.moment(life.moments() - 1).what);
    for (std::uint32_t i = 0; i < life.moments(); ++i) {
      EXPECT_EQ(life.moment(i).what, seen[i]);
    }
  }
  EXPECT_EQ(seen.size(), 6u);
}

TEST(JobLife, TellsItsStatusAsTheDocumentDoes) {
  const std::pair<JobStatus, JobFlags> ends[] = {
      {JobStatus::success, {true, true, true, false}},
      {JobStatus::failed, {false, true, true, false}},
      {JobStatus::revoked, {false, true, true, true}},
  };
  for (const auto& [outcome, flags] : ends) {
    JobLife life(plan_of(1, outcome), 1, 0, created);
    live(life);
    EXPECT_EQ(life.status(), outcome);
    EXPECT_EQ(life.moment(0).flags, (JobFlags{}));
    EXPECT_EQ(life.moment(1).flags, (JobFlags{{}, true, {}, {}}));
    EXPECT_EQ(life.moment(3).flags, flags);
  }
}

TEST(JobLife, CanHaveNoResults) {
  JobLife life(plan_of(0), 1, 0, created);
  EXPECT_EQ(live(life), (std::vector<JobTime>{created, created + 2s, created + 12s}));
}

TEST(JobLife, EndsWhereItIsRevoked) {
  JobLife life(plan_of(10), 1, 0, created);
  for (int i = 0; i < 5; ++i) {
    life.happen();
  }
  EXPECT_EQ(life.status(), JobStatus::started);
  EXPECT_TRUE(life.revoke(9s));
  EXPECT_FALSE(life.revoke(9s));
  EXPECT_EQ(live(life), std::vector<JobTime>{9s});
  EXPECT_EQ(life.results(), 3u);
  EXPECT_EQ(life.status(), JobStatus::revoked);
  EXPECT_EQ(life.ended(), JobTime(9s));
  EXPECT_EQ(life.moment(5).flags, (JobFlags{false, true, true, true}));
  EXPECT_FALSE(life.revoke(10s));
}

TEST(JobLife, CanBeRevokedBeforeItStarts) {
  JobLife life(plan_of(10), 1, 0, created);
  life.happen();
  EXPECT_TRUE(life.revoke(6s));
  EXPECT_EQ(live(life), std::vector<JobTime>{6s});
  EXPECT_EQ(life.moments(), 2u);
  EXPECT_EQ(life.results(), 0u);
  EXPECT_FALSE(life.started());
  EXPECT_EQ(life.moment(1).what, What::ended);
  EXPECT_EQ(life.moment(1).flags, (JobFlags{false, false, true, true}));
}

TEST(JobLife, HasTwinsAsOftenAsPlanned) {
  JobPlan plan = plan_of(1000);
  JobLife without(plan, 1, 0, created);
  live(without);
  EXPECT_EQ(contents_of(without).size(), 1000u);
  plan.twins = 0.3;
  JobLife with(plan, 1, 0, created);
  live(with);
  EXPECT_GT(contents_of(with).size(), 640u);
  EXPECT_LT(contents_of(with).size(), 760u);
  for (std::uint32_t i = 2; i < 1002; ++i) {
    const JobLife::Moment twin = with.moment(i);
    EXPECT_LE(twin.content, i - 2);
    EXPECT_EQ(twin.at, with.moment(twin.content + 2).at);
  }
}

TEST(JobLife, IsTheSameForASeedAndANumber) {
  const auto times = [](std::uint64_t seed, std::uint32_t number) {
    JobLife life(plan_of(50), seed, number, created);
    return live(life);
  };
  EXPECT_EQ(times(1, 7), times(1, 7));
  EXPECT_NE(times(1, 7), times(2, 7));
  EXPECT_NE(times(1, 7), times(1, 8));
}

TEST(DrawPlan, VariesJobsAroundWhatIsAskedFor) {
  JobOptions options;
  options.events = 100;
  options.lasts = 10s;
  options.failed = 0.2;
  options.revoked = 0.3;
  options.twins = 0.25;
  std::uint64_t events = 0;
  std::map<JobStatus, int> outcomes;
  for (std::uint32_t number = 0; number < 1000; ++number) {
    const JobPlan plan = draw_plan(options, 1, number);
    EXPECT_GE(plan.events, 50u);
    EXPECT_LT(plan.events, 150u);
    EXPECT_GE(plan.lasts, 5s);
    EXPECT_LT(plan.lasts, 15s);
    EXPECT_EQ(plan.queued, plan.lasts / 10);
    EXPECT_EQ(plan.twins, 0.25);
    events += plan.events;
    ++outcomes[plan.outcome];
  }
  EXPECT_NEAR(static_cast<double>(events) / 1000, 100, 5);
  EXPECT_NEAR(outcomes[JobStatus::failed], 200, 50);
  EXPECT_NEAR(outcomes[JobStatus::revoked], 300, 50);
  EXPECT_NEAR(outcomes[JobStatus::success], 500, 50);
}

}  // namespace
}  // namespace penstock::simulator
