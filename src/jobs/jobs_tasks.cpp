// What is decided about the answers of the tasks API.
#include <algorithm>

#include "jobs/jobs_impl.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::jobs {

void Jobs::Impl::ask(WallTime now) {
  if (!options_.has_jobs) {
    return;
  }
  if (questions_.list_due(gaps_.wants_list(), now)) {
    gaps_.list_asked();
    orders_.emplace_back(order::ListTasks{});
  }
  for (std::string& id : questions_.statuses_due(tracker_, now)) {
    orders_.emplace_back(order::AskStatus{std::move(id)});
  }
}

Changes Jobs::Impl::tasks_listed(std::span<const Task> tasks, WallTime now) {
  questions_.listed(now);
  JobIds ids;
  std::optional<WallTime> oldest;
  for (const Task& task : tasks) {
    if (task.requested_at) {
      oldest = std::min(oldest.value_or(*task.requested_at), *task.requested_at);
    }
    const std::string_view id = normal_job_id(task.job_id);
    if (!valid_job_id(id)) {
      ++figures_.ignored_job_ids;
      continue;
    }
    const bool is_new = tracker_.find(id) == nullptr;
    Entry* const entry = know(id, false, now);
    if (entry != nullptr) {
      told(*entry, task, is_new, now);
    }
    ids.emplace(id);
  }
  tracker_.listed(ids, now);
  list_read_ = now;
  lists_failed_ = 0;
  for (Gap* const gap : gaps_.listed()) {
    find_jobs_of(*gap, oldest);
  }
  ask(now);
  start_replays(now);
  Changes changes;
  store(changes, now);
  return changes;
}

void Jobs::Impl::told(Entry& entry, const Task& task, bool is_new, WallTime now) {
  tracker_.told(entry, task, is_new, session_.first_session, now);
  look_if_counted(entry);
}

void Jobs::Impl::find_jobs_of(Gap& gap, std::optional<WallTime> oldest_listed) {
  if (oldest_listed && *oldest_listed > gap.started_at) {
    gaps_.note(gap, "the task list begins at " + to_rfc3339(*oldest_listed) +
                        ": jobs before that may be missing");
  }
  for (const std::string& id : tracker_.unsettled()) {
    Entry& entry = *tracker_.find(id);
    Job& job = entry.second;
    // One that was created behind the gap, by the word of the stream, is as clean as before.
    const bool later =
        tracker_.clean(job) &&
        (!job.requested_at || *job.requested_at + limits::gap_margin >= *gap.ended_at);
    if (later || !touches(gap, job)) {
      continue;
    }
    tracker_.touched_by_gap(entry);
    gaps_.add_job(gap, id);
    if (job.given_up != GivenUp::no) {
      gaps_.job_given_up(id, to_string(job.given_up));
    } else if (job.held) {
      gaps_.job_noted(id, "held");
    }
  }
  gaps_.list_read(gap);
}

Changes Jobs::Impl::tasks_failed(WallTime now) {
  questions_.list_failed(now);
  ++lists_failed_;
  Changes changes;
  store(changes, now);
  return changes;
}

Changes Jobs::Impl::status_told(std::string_view written, const std::optional<Task>& task,
                                WallTime now) {
  const std::string_view id = normal_job_id(written);
  questions_.status_answered(id);
  Entry* const entry = tracker_.find(id);
  Changes changes;
  if (entry == nullptr) {
    return changes;
  }
  entry->second.answered = true;
  if (task) {
    told(*entry, *task, false, now);
  } else if (list_read_ && !entry->second.listed) {
    tracker_.unknown_to_api(*entry, now);  // and not a remote without that endpoint
  }
  start_replays(now);
  store(changes, now);
  return changes;
}

void Jobs::Impl::status_failed(std::string_view written) {
  questions_.status_answered(normal_job_id(written));
}

}  // namespace penstock::jobs
