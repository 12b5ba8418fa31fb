#include "jobs/topic_records.hpp"

namespace penstock::jobs {

JobView view_of(std::string_view id, const Job& job, WallTime now) {
  return {.job_id = std::string(id),
          .status = to_string(job.state),
          .flags = job.flags,
          .settled = job.settled,
          .requested_at = job.requested_at,
          .finished_at = job.finished_at ? job.finished_at : job.ended_at,
          .events = job.events,
          .replays = job.replays,
          .updated_at = now};
}

GapView view_of(const SourceName& source, const Gap& gap) {
  return {.gap_id = gap.id,
          .source = source.str(),
          .started_at = gap.started_at,
          .ended_at = gap.ended_at,
          .cause = gap.cause,
          .truncated_bytes = gap.truncated_bytes,
          .estimated_events = gap.estimated_events(),
          .state = to_string(gap.state),
          .jobs = gap.jobs,
          .recovered_events = gap.recovered_events,
          .note = gap.note};
}

std::string gap_topic_key(const SourceName& source, const Gap& gap) {
  return source.str() + "/" + gap.id;
}

}  // namespace penstock::jobs
