#include "jobs/recent_views.hpp"

#include <utility>

#include "penstock/core/limits.hpp"

namespace penstock::jobs {
namespace {

template <class View, class IsSame>
void show_last(std::deque<View>& views, View view, std::size_t bound, const IsSame& is_same) {
  std::erase_if(views, is_same);
  views.push_back(std::move(view));
  if (views.size() > bound) {
    views.pop_front();
  }
}

}  // namespace

void RecentViews::show(JobView job) {
  const std::string id = job.job_id;
  show_last(jobs_, std::move(job), limits::shown_jobs,
            [&](const JobView& shown) { return shown.job_id == id; });
}

void RecentViews::show(GapView gap) {
  const std::string id = gap.gap_id;
  show_last(gaps_, std::move(gap), limits::shown_gaps,
            [&](const GapView& shown) { return shown.gap_id == id; });
}

void RecentViews::forget_job(std::string_view id) {
  std::erase_if(jobs_, [&](const JobView& shown) { return shown.job_id == id; });
}

}  // namespace penstock::jobs
