#include "jobs/replay_planner.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "penstock/core/limits.hpp"

namespace penstock::jobs {

namespace {

// A few may be missing: the remote may have lost some, and says so by nothing else.
bool is_enough(std::uint64_t covered, std::uint64_t published) {
  return covered * 100 >= published * 99;
}

}  // namespace

ReplayPlanner::Plan& ReplayPlanner::plan(const std::string& job) {
  const DoublingBackoff backoff(options_.retry_first, options_.retry_max);
  return plans_.try_emplace(job, backoff).first->second;
}

void ReplayPlanner::clock_set_back(Duration by) {
  all_not_before_ -= by;
  for (auto& [job, plan] : plans_) {
    plan.not_before -= by;
  }
  for (auto& [id, run] : runs_) {
    run.begun -= by;
  }
}

std::optional<WallTime> ReplayPlanner::due_at(const JobTracker& jobs,
                                              const JobTracker::Entry& entry) const {
  const Job& job = entry.second;
  const bool comparable = job.live || job.forced;
  const bool early = job.wanted && comparable;
  const bool replayed = job.open() && !job.held && !job.predates && (early || job.ended()) &&
                        jobs.counted(job) == JobTracker::Counted::yes;
  if (!replayed) {
    return std::nullopt;
  }
  const WallTime from = early ? WallTime{} : *job.ended_at + options_.settle_after;
  const auto found = plans_.find(entry.first);
  return found == plans_.end() ? from : std::max(from, found->second.not_before);
}

std::vector<std::string> ReplayPlanner::due(const JobTracker& jobs, WallTime now) const {
  if (runs_.size() >= options_.concurrency || now < all_not_before_) {
    return {};
  }
  std::vector<std::pair<WallTime, std::string_view>> waiting;
  for (const std::string& id : jobs.unsettled()) {
    const auto due = due_at(jobs, *jobs.find(id));
    if (due && *due <= now && !run_of(id)) {
      waiting.emplace_back(*due, id);
    }
  }
  const std::size_t count = std::min(waiting.size(), options_.concurrency - runs_.size());
  const auto last = waiting.begin() + static_cast<std::ptrdiff_t>(count);
  std::partial_sort(waiting.begin(), last, waiting.end());
  std::vector<std::string> ids;
  std::for_each(waiting.begin(), last, [&](const auto& job) { ids.emplace_back(job.second); });
  return ids;
}

ChannelId ReplayPlanner::begin(const JobTracker::Entry& entry, WallTime now) {
  const Job& job = entry.second;
  const ChannelId id = std::exchange(next_run_, next_run_.next());
  runs_.emplace(id, Run{.job = entry.first,
                        .begun = now,
                        .final = job.ended() && now >= *job.ended_at + options_.settle_after});
  return id;
}

void ReplayPlanner::opened(Run& run, const Job& job, std::uint64_t published) {
  refused_.reset();
  run.only_count = job.live && !job.forced && !is_enough(plan(run.job).covered, published);
  run.published_before = published;
}

Run* ReplayPlanner::find(ChannelId run) {
  const auto found = runs_.find(run);
  return found == runs_.end() ? nullptr : &found->second;
}

std::optional<ChannelId> ReplayPlanner::run_of(std::string_view job) const {
  for (const auto& [id, run] : runs_) {
    if (run.job == job) {
      return id;
    }
  }
  return std::nullopt;
}

std::optional<ChannelId> ReplayPlanner::forget(std::string_view job) {
  plans_.erase(std::string(job));
  const auto run = run_of(job);
  if (run) {
    runs_.erase(*run);
  }
  return run;
}

RunResult ReplayPlanner::finish(ChannelId id, ReplayEnd end, std::optional<Duration> retry_after,
                                Job& job, const RunSummary& summary, std::uint64_t published,
                                WallTime now) {
  const auto found = runs_.find(id);
  assert(found != runs_.end());
  const Run run = std::move(found->second);
  runs_.erase(found);
  Plan& of_job = plan(run.job);
  switch (end) {
    case ReplayEnd::clean:
      return came_to_its_end(run, of_job, job, summary, published, now);
    case ReplayEnd::broken:
      return broke(run, of_job, job, now);
    case ReplayEnd::gone:
      job.wanted = false;
      return run.final ? RunResult::gone : RunResult::rest;
    case ReplayEnd::refused:
      break;
  }
  const Duration wait = retry_after.value_or(refused_.next());
  all_not_before_ = of_job.not_before = now + wait;
  return RunResult::again;
}

RunResult ReplayPlanner::came_to_its_end(const Run& run, Plan& of_job, Job& job,
                                         const RunSummary& summary, std::uint64_t published,
                                         WallTime now) {
  of_job.broken = 0;
  of_job.after_broken.reset();
  const bool checked = run.clean && run.only_count;
  bool differs = true;  // from what settles the job
  if (run.clean) {
    if (checked && !job.forced && !is_enough(summary.covered, run.published_before)) {
      // A replay of a running job may lag behind.
      job.wanted = false;
      return run.final ? RunResult::held : RunResult::rest;
    }
    of_job.covered = summary.covered;
    of_job.checks = checked ? of_job.checks + 1 : 0;
    if (!run.final && of_job.checks == 1) {
      return RunResult::checked;
    }
    if (!checked || !run.final) {
      job.wanted = false;  // more comes live than one run after the other can compare: at its end
      of_job.checks = 0;
    }
    if (!run.final) {
      return RunResult::rest;
    }
    const bool all = summary.covered == published;
    const std::pair found{summary.events, summary.digest};
    // One that only counted may bring what isn't published yet.
    if (all && of_job.last == found && summary.events == published) {
      return RunResult::settled;
    }
    differs = !all || of_job.last;
    of_job.last = all ? std::optional(found) : std::nullopt;
  }
  if (run.final && ++of_job.final_runs >= limits::final_runs) {
    return RunResult::disagreeing;
  }
  if (checked) {
    return RunResult::checked;
  }
  of_job.not_before = differs ? now + of_job.after_unsettled.next() : now;
  return RunResult::again;
}

RunResult ReplayPlanner::broke(const Run& run, Plan& of_job, Job& job, WallTime now) {
  if (run.published > 0) {
    of_job.broken = 0;
    of_job.after_broken.reset();
  }
  if (++of_job.broken >= limits::broken_runs) {
    of_job.broken = 0;
    job.wanted = false;
    return run.final ? RunResult::breaking : RunResult::rest;
  }
  of_job.not_before = now + of_job.after_broken.next();
  return RunResult::again;
}

std::vector<ReplayView> ReplayPlanner::views() const {
  std::vector<ReplayView> views;
  for (const auto& [id, run] : runs_) {
    views.push_back({.job_id = run.job,
                     .started_at = run.begun,
                     .delivered_events = run.delivered,
                     .published_events = run.published});
  }
  return views;
}

}  // namespace penstock::jobs
