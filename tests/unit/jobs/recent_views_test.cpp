#include "jobs/recent_views.hpp"

#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"

namespace penstock::jobs {
namespace {

JobView job(std::string id, std::uint64_t events = 0) {
  return {.job_id = std::move(id), .status = "started", .events = events};
}

std::vector<std::string> ids(const RecentViews& recent) {
  std::vector<std::string> found;
  for (const JobView& shown : recent.jobs()) {
    found.push_back(shown.job_id);
  }
  return found;
}

TEST(RecentViews, ShowsAJobOnceAsItIsNowAndTheLatestChangeLast) {
  RecentViews recent;
  recent.show(job("a"));
  recent.show(job("b"));
  recent.show(job("a", 7));
  EXPECT_EQ(ids(recent), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(recent.jobs().back().events, 7u);
  recent.forget_job("b");
  EXPECT_EQ(ids(recent), (std::vector<std::string>{"a"}));
}

TEST(RecentViews, LetsGoWhatChangedLongestAgo) {
  RecentViews recent;
  for (std::size_t i = 0; i <= limits::shown_jobs; ++i) {
    recent.show(job(std::to_string(i)));
  }
  EXPECT_EQ(recent.jobs().size(), limits::shown_jobs);
  EXPECT_EQ(recent.jobs().front().job_id, "1");
}

TEST(RecentViews, KeepsGapsApartFromJobs) {
  RecentViews recent;
  for (std::size_t i = 0; i <= limits::shown_gaps; ++i) {
    recent.show(GapView{.gap_id = std::to_string(i), .source = "stream", .state = "open"});
  }
  recent.show(GapView{.gap_id = "5", .source = "stream", .state = "recovered"});
  EXPECT_EQ(recent.gaps().size(), limits::shown_gaps);
  EXPECT_EQ(recent.gaps().back().state, "recovered");
  EXPECT_TRUE(recent.jobs().empty());
}

}  // namespace
}  // namespace penstock::jobs
