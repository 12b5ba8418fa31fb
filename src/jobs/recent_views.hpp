// The jobs and gaps that changed last, for who looks at the daemon. Pure.
#pragma once

#include <deque>
#include <string_view>

#include "penstock/core/job_views.hpp"

namespace penstock::jobs {

class RecentViews {
 public:
  // Replaces what was shown of it. Beyond the bounds of core, what changed longest ago goes.
  void show(JobView job);
  void show(GapView gap);
  void forget_job(std::string_view id);

  // The latest change at the end.
  const std::deque<JobView>& jobs() const { return jobs_; }
  const std::deque<GapView>& gaps() const { return gaps_; }

 private:
  std::deque<JobView> jobs_;
  std::deque<GapView> gaps_;
};

}  // namespace penstock::jobs
