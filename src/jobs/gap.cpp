#include "jobs/gap.hpp"

#include "penstock/core/limits.hpp"

namespace penstock::jobs {

std::string_view to_string(GapState state) noexcept {
  switch (state) {
    case GapState::open:
      return "open";
    case GapState::recovering:
      return "recovering";
    case GapState::recovered:
      return "recovered";
    case GapState::unrecoverable:
      return "unrecoverable";
  }
  return "unknown";
}

std::string_view phase_of(const Gap& gap) noexcept {
  return gap.state == GapState::open && gap.ended_at ? "ended" : to_string(gap.state);
}

bool touches(const Gap& gap, const Job& job) {
  const auto starts_by = [&](const std::optional<WallTime>& time) {
    return time && *time <= *gap.ended_at + limits::gap_margin;
  };
  if (job.forced && !job.requested_at && !job.seen_at && !job.listed) {
    return false;  // only an operator named it: there may be no such job
  }
  // It may have been silent for long before it was seen.
  const bool unknown_start = !job.requested_at && !job.created;
  const std::optional<WallTime> finish = job.finished_at ? job.finished_at : job.ended_at;
  return (unknown_start || starts_by(job.requested_at) || starts_by(job.seen_at)) &&
         (!finish || *finish + limits::gap_margin >= gap.started_at);
}

}  // namespace penstock::jobs
