#include "jobs/job_tracker.hpp"

#include <utility>

#include "penstock/core/limits.hpp"

namespace penstock::jobs {
namespace {

// A time that records can hold; a remote may say anything.
std::optional<WallTime> sane(const std::optional<WallTime>& time) {
  constexpr WallTime first{};
  constexpr WallTime last{std::chrono::milliseconds(limits::max_time_ms)};
  return time && *time >= first && *time <= last ? time : std::nullopt;
}

}  // namespace

JobTracker::Entry* JobTracker::find(std::string_view id) {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &*found;
}

const JobTracker::Entry* JobTracker::find(std::string_view id) const {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &*found;
}

JobTracker::Entry& JobTracker::learn(std::string_view id) {
  const auto [entry, is_new] = jobs_.try_emplace(std::string(id));
  if (is_new) {
    unsettled_.insert(entry->first);
    ++by_state_[static_cast<std::size_t>(entry->second.state)];
    changed(*entry);
  }
  return *entry;
}

void JobTracker::forget(std::string_view id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) {
    return;
  }
  keep_from(*found, std::nullopt);
  --by_state_[static_cast<std::size_t>(found->second.state)];
  for (JobIds* const ids : {&unsettled_, &changed_, &counted_}) {
    ids->erase(found->first);
  }
  jobs_.erase(found);
}

void JobTracker::saw_event(Entry& entry, const Seen& seen) {
  Job& job = entry.second;
  const bool first_sight = !job.seen_at;
  if (first_sight) {
    job.seen_at = seen.at;
    changed(entry);
  }
  if (job.state == JobState::requested) {
    set_state(job, JobState::started);
    changed(entry);
  }
  if (job.created_in == 0) {
    missed(entry, seen, first_sight);
  }
  if (job.ended() && !job.flags.completed.value_or(false)) {
    job.ended_at = std::max(*job.ended_at, seen.at);  // a revoked one, whose results still come
  }
}

bool JobTracker::saw_status(Entry& entry, const JobFlags& flags, const Seen& seen) {
  Job& job = entry.second;
  const bool first_sight = !job.seen_at;
  if (first_sight) {
    job.seen_at = seen.at;
    changed(entry);
  }
  if (job.created_in == 0) {
    if (says_creation(flags) && seen.whole && !job.missed && first_sight) {
      job.created_in = stretch_;
      job.created = true;
      job.predates = false;
      changed(entry);
    } else {
      missed(entry, seen, first_sight);
    }
  }
  merge(entry, flags, seen.at);
  // Behind a revocation come results of hosts that are under way.
  return flags.completed.value_or(false) && !job.settled && clean(job);
}

void JobTracker::missed(Entry& entry, const Seen& seen, bool first_sight) {
  entry.second.missed = true;
  // That it was requested later, the task list may have said.
  if (first_sight && seen.first_session && !entry.second.requested_at) {
    predates(entry);
  }
}

void JobTracker::uncounted_before(std::optional<WallTime> first_session) {
  uncounted_ = true;
  uncounted_before_ = first_session;
}

JobTracker::Counted JobTracker::counted(const Job& job) const {
  if (job.incomplete) {
    return Counted::no;
  }
  if (!uncounted_ || job.created) {
    return Counted::yes;
  }
  if (!job.requested_at) {
    return job.forced ? Counted::yes : Counted::unknown;  // an operator said so
  }
  if (!uncounted_before_) {
    return Counted::unknown;
  }
  // The margin is for clocks that differ.
  return *job.requested_at < *uncounted_before_ + limits::gap_margin ? Counted::no : Counted::yes;
}

void JobTracker::told(Entry& entry, const Task& task, bool is_new,
                      std::optional<WallTime> first_session, WallTime now) {
  Job& job = entry.second;
  const auto take = [&](std::optional<WallTime>& known, const std::optional<WallTime>& said) {
    if (said && known != said) {
      known = said;
      changed(entry);
    }
  };
  take(job.requested_at, sane(task.requested_at));
  take(job.finished_at, sane(task.finished_at));
  // Clocks differ: only what is long over counts as over since the remote says so.
  const bool long_over = job.finished_at && *job.finished_at + limits::gap_margin < now;
  merge(entry, flags_of(task), long_over ? *job.finished_at : now);
  if (is_new) {
    const bool before =
        job.requested_at ? !first_session || *job.requested_at < *first_session : job.ended();
    if (before) {
      predates(entry);
    }
  } else if (job.predates && job.requested_at && first_session &&
             *job.requested_at >= *first_session) {
    job.predates = false;
    keep_from(entry, std::nullopt);
    job.over_at.reset();
    changed(entry);
  }
}

void JobTracker::unknown_to_api(Entry& entry, WallTime now) {
  if (!entry.second.ended()) {
    set_state(entry.second, JobState::failed);
    end(entry, now);
  }
}

void JobTracker::clock_set_back(Duration by, WallTime now) {
  for (Entry& entry : jobs_) {
    entry.second.late_from -= by;
    end_by(entry, now);
  }
}

void JobTracker::end_by(Entry& entry, WallTime now) {
  Job& job = entry.second;
  if (!job.settled && job.ended_at > now) {
    job.ended_at = now;
    changed(entry);
  }
}

void JobTracker::replayed_status(Entry& entry, const JobFlags& flags, WallTime now) {
  merge(entry, flags, now);
}

void JobTracker::listed(const JobIds& ids, WallTime now) {
  for (Entry& entry : jobs_) {
    Job& job = entry.second;
    const bool was_listed = std::exchange(job.listed, ids.contains(entry.first));
    if (job.listed != was_listed && job.over_at) {
      keep_from(entry, now);
    }
  }
}

void JobTracker::published(Entry& entry, std::uint64_t events, bool live) {
  entry.second.events += events;
  bool& so = live ? entry.second.live : entry.second.replayed;
  if (!so) {
    so = true;
    changed(entry);
  }
  counted_.insert(entry.first);
}

void JobTracker::touched_by_gap(Entry& entry) {
  Job& job = entry.second;
  job.missed = true;
  job.wanted = !job.ended();
  if (job.predates) {
    job.predates = false;
    keep_from(entry, std::nullopt);
    job.over_at.reset();
    changed(entry);
  }
}

void JobTracker::settle(Entry& entry, WallTime before, WallTime now) {
  Job& job = entry.second;
  job.settled = true;
  job.settled_before = before;
  job.held = job.predates = job.wanted = false;
  job.given_up = GivenUp::no;
  unsettled_.erase(entry.first);
  over(entry, now);
}

void JobTracker::give_up(Entry& entry, GivenUp why, WallTime now) {
  entry.second.given_up = why;
  entry.second.held = entry.second.wanted = false;
  over(entry, now);
}

void JobTracker::hold(Entry& entry, WallTime now) {
  entry.second.held = true;
  entry.second.wanted = false;
  over(entry, now);
}

void JobTracker::revive(Entry& entry) {
  Job& job = entry.second;
  job.given_up = GivenUp::no;
  job.held = job.predates = false;
  job.wanted = true;
  job.over_at.reset();
  keep_from(entry, std::nullopt);
  changed(entry);
}

std::vector<std::string> JobTracker::over_before(WallTime at, std::size_t limit) const {
  std::vector<std::string> ids;
  for (const auto* const over : {&over_unrecorded_, &over_recorded_}) {
    for (auto oldest = over->begin();
         oldest != over->end() && oldest->first <= at && ids.size() < limit; ++oldest) {
      ids.emplace_back(oldest->second);
    }
  }
  return ids;
}

std::optional<std::string> JobTracker::unrecorded_before(WallTime at) const {
  const auto oldest = over_unrecorded_.begin();
  const bool found = oldest != over_unrecorded_.end() && oldest->first <= at;
  return found ? std::optional<std::string>(oldest->second) : std::nullopt;
}

void JobTracker::recorded(Entry& entry, bool recorded) {
  Job& job = entry.second;
  if (job.recorded != recorded) {
    const std::optional<WallTime> kept = job.kept_from;
    keep_from(entry, std::nullopt);
    job.recorded = recorded;
    keep_from(entry, kept);
  }
}

JobIds JobTracker::take_changed(bool counted) {
  JobIds ids = std::exchange(changed_, {});
  for (const std::string& id : ids) {
    counted_.erase(id);
  }
  if (counted) {
    ids.merge(counted_);
    counted_.clear();
  }
  return ids;
}

void JobTracker::restore(std::string_view id, Job job) {
  forget(id);
  Entry& entry = *jobs_.emplace(id, std::move(job)).first;
  ++by_state_[static_cast<std::size_t>(entry.second.state)];
  if (!entry.second.settled) {
    unsettled_.insert(entry.first);
  }
  keep_from(entry, entry.second.over_at);
}

// A clock may have been set back while nothing ran.
void JobTracker::restored(WallTime now) {
  for (Entry& entry : jobs_) {
    Job& job = entry.second;
    job.late_from = std::min(job.settled_before.value_or(WallTime{}), now);
    end_by(entry, now);
  }
}

void JobTracker::merge(Entry& entry, const JobFlags& flags, WallTime ended_at) {
  JobFlags& known = entry.second.flags;
  if (penstock::jobs::merge(known, flags)) {
    set_state(entry.second, state_of(known));
    changed(entry);
  }
  if (says_end(known) && !entry.second.ended()) {
    end(entry, ended_at);
  }
}

void JobTracker::end(Entry& entry, WallTime at) {
  entry.second.ended_at = at;
  entry.second.wanted = false;  // it is replayed soon anyway
  changed(entry);
  if (entry.second.predates) {
    over(entry, at);
  }
}

// One that was there before the source's first start.
void JobTracker::predates(Entry& entry) {
  Job& job = entry.second;
  job.missed = true;
  const bool replayed = on_first_start_ == FirstStart::listed ||
                        (on_first_start_ == FirstStart::unfinished && !job.ended());
  if (replayed) {
    job.wanted = !job.ended();
    return;
  }
  job.predates = true;
  changed(entry);
  if (job.ended()) {
    over(entry, *job.ended_at);
  }
}

void JobTracker::over(Entry& entry, WallTime at) {
  entry.second.over_at = at;
  keep_from(entry, at);
  changed(entry);
}

void JobTracker::keep_from(Entry& entry, std::optional<WallTime> at) {
  std::optional<WallTime>& kept = entry.second.kept_from;
  auto& over = entry.second.recorded ? over_recorded_ : over_unrecorded_;
  if (kept) {
    over.erase({*kept, entry.first});
  }
  kept = entry.second.listed ? std::nullopt : at;
  if (kept) {
    over.insert({*kept, entry.first});
  }
}

void JobTracker::set_state(Job& job, JobState state) {
  const bool goes_on = state > job.state && job.state < JobState::success;
  // An end stays, but that the word of its success may come after it.
  const bool refined = job.state == JobState::failed && state == JobState::success;
  if (goes_on || refined) {
    --by_state_[static_cast<std::size_t>(job.state)];
    job.state = state;
    ++by_state_[static_cast<std::size_t>(job.state)];
  }
}

}  // namespace penstock::jobs
