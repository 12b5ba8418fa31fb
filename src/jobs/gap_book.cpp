#include "jobs/gap_book.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "penstock/core/limits.hpp"

namespace penstock::jobs {

void GapBook::begin(WallTime at, DisconnectCause cause, const Rate& rate,
                    std::optional<SessionId> behind) {
  assert(open_ == nullptr);
  make_room();
  Gap gap;
  // Ids sort by time.
  gap.id = std::to_string(at.time_since_epoch().count()) + '-' + id_seed_ + '-' +
           std::to_string(++numbered_);
  gap.started_at = at;
  gap.cause = cause;
  gap.rate = rate;
  gap.behind = behind;
  ++figures_.by_state[static_cast<std::size_t>(gap.state)];
  open_ = &gaps_.insert_or_assign(gap.id, std::move(gap)).first->second;
  changed(*open_);
}

void GapBook::move_start(WallTime at) {
  if (at > open_->started_at) {
    open_->started_at = at;
    counted(*open_);
  }
}

void GapBook::found_end(WallTime at, DisconnectCause cause) {
  open_->started_at = at;
  open_->cause = cause;
  open_->behind.reset();
  changed(*open_);
}

void GapBook::truncated(std::uint64_t bytes) {
  if (bytes > 0) {
    open_->truncated_bytes += bytes;
    changed(*open_);
  }
}

void GapBook::hindered(DisconnectCause cause) {
  if (open_->cause != cause) {
    note(*open_, "then " + std::string(to_string(cause)));
  }
}

void GapBook::end(WallTime at) {
  Gap& gap = *std::exchange(open_, nullptr);
  gap.ended_at = std::max(gap.started_at, at);  // clocks may be set back
  gap.behind.reset();
  ended_ += Duration(*gap.ended_at - gap.started_at);
  figures_.time = std::max(figures_.time, ended_);
  changed(gap);
  if (!has_jobs_) {
    set_state(gap, GapState::unrecoverable);
  }
}

void GapBook::tick(WallTime now) {
  if (open_ != nullptr && !open_->behind) {
    figures_.time = std::max(figures_.time, ended_ + Duration(now - open_->started_at));
  }
}

void GapBook::clock_set_back(Duration by) {
  for (auto& [id, gap] : gaps_) {
    if (gap.state == GapState::open) {
      gap.started_at -= by;
      if (gap.ended_at) {
        *gap.ended_at -= by;
      }
      changed(gap);
    }
  }
}

bool GapBook::wants_list() const {
  return std::any_of(gaps_.begin(), gaps_.end(), [](const auto& entry) {
    const Gap& gap = entry.second;
    return gap.state == GapState::open && gap.ended_at && !gap.list_asked;
  });
}

void GapBook::list_asked() {
  for (auto& [id, gap] : gaps_) {
    gap.list_asked = gap.list_asked || (gap.state == GapState::open && gap.ended_at);
  }
}

std::vector<Gap*> GapBook::listed() {
  std::vector<Gap*> gaps;
  for (auto& [id, gap] : gaps_) {
    if (gap.state == GapState::open && gap.list_asked) {
      gaps.push_back(&gap);
    }
  }
  return gaps;
}

void GapBook::add_job(Gap& gap, const std::string& job) {
  changed(gap);
  if (gap.jobs.size() >= limits::gap_jobs) {
    ++gap.more_jobs;
    return;
  }
  gap.jobs.push_back(job);
  gap.job_bytes += job.size();
  gap.waiting.insert(job);
}

void GapBook::list_read(Gap& gap) {
  if (gap.more_jobs > 0) {
    note(gap, std::to_string(gap.more_jobs) + " more jobs are replayed and not listed here");
  }
  gap.list_asked = false;
  set_state(gap, GapState::recovering);
  look_if_over(gap);
  make_room_for_jobs();
}

void GapBook::note(Gap& gap, std::string_view text) {
  if (add_note(gap, text)) {
    changed(gap);
  }
}

// False: it has that already, or no room.
bool GapBook::add_note(Gap& gap, std::string_view text) {
  constexpr std::string_view more = "; and more";
  if (gap.note.find(text) != std::string::npos || gap.note.ends_with(more)) {
    return false;
  }
  if (gap.note.size() + text.size() + 2 > limits::gap_note) {
    gap.note += more;
  } else {
    gap.note += (gap.note.empty() ? "" : "; ") + std::string(text);
  }
  return true;
}

void GapBook::counted(Gap& gap) {
  if (!std::exchange(gap.counted, true)) {
    counted_.push_back(gap.id);
  }
}

void GapBook::job_turned_up(const std::string& id, const Job& job) {
  const auto lacks = [&](const Gap& gap) {
    const bool created_later = job.created && job.seen_at >= gap.ended_at;
    return !created_later && touches(gap, job) && !gap.waiting.contains(id) &&
           std::ranges::find(gap.jobs, id) == gap.jobs.end();
  };
  for (auto found = recovered_.begin(); found != recovered_.end();) {
    if (!lacks(*found)) {
      ++found;
      continue;
    }
    make_room();
    Gap& gap = gaps_.insert_or_assign(found->id, std::move(*found)).first->second;
    found = recovered_.erase(found);
    set_state(gap, GapState::recovering);
  }
  for (auto& [gap_id, gap] : gaps_) {
    if (gap.state == GapState::recovering && lacks(gap)) {
      add_job(gap, id);
      gap.waiting.insert(id);  // listed or not
    }
  }
  make_room_for_jobs();
}

namespace {

std::string note_of(std::string_view job, std::string_view text) {
  return "job " + std::string(job) + ": " + std::string(text);
}

// Of both records, nearly.
std::size_t record_bytes(const Gap& gap) {
  constexpr std::size_t fields = 500, around_an_id = 5;
  return 2 * (fields + gap.note.size() + gap.job_bytes + around_an_id * gap.jobs.size());
}

}  // namespace

template <class What>
void GapBook::each_of(std::string_view job, const What& what) {
  for (auto entry = gaps_.begin(); entry != gaps_.end();) {
    Gap& gap = (entry++)->second;  // what() may end it
    if (gap.waiting.contains(job)) {
      what(gap);
    }
  }
}

void GapBook::job_settled(std::string_view job) {
  each_of(job, [&](Gap& gap) {
    gap.waiting.erase(gap.waiting.find(job));
    look_if_over(gap);
  });
}

// The first loss makes the gap unrecoverable, whatever comes: it is written with what is told of
// the job. Another adds a note, which restored() finds again by the job.
void GapBook::job_given_up(std::string_view job, std::string_view why) {
  each_of(job, [&](Gap& gap) {
    add_note(gap, note_of(job, why));
    gap.waiting.erase(gap.waiting.find(job));
    if (std::exchange(gap.lost, true)) {
      counted(gap);
    } else {
      changed(gap);
    }
    look_if_over(gap);
  });
}

void GapBook::job_noted(std::string_view job, std::string_view text) {
  each_of(job, [&](Gap& gap) {
    if (add_note(gap, note_of(job, text))) {
      counted(gap);
    }
  });
}

void GapBook::job_replayed(std::string_view job, std::uint64_t published) {
  each_of(job, [&](Gap& gap) {
    gap.recovered_events += published;
    counted(gap);
  });
}

std::vector<Gap> GapBook::take_changed(bool counted) {
  std::vector<Gap> gaps = std::exchange(over_, {});
  const auto take = [&](Gap& gap) {
    gap.counted = false;
    gaps.push_back(gap);
    gap.told = phase_of(gap);
  };
  for (const std::string& id : changed_) {
    take(gaps_.at(id));
  }
  changed_.clear();
  for (std::size_t bytes = 0; counted && !counted_.empty() && bytes < limits::gaps_counted.count;
       counted_.pop_front()) {
    const auto found = gaps_.find(counted_.front());
    if (found != gaps_.end() && found->second.counted) {
      bytes += record_bytes(found->second);
      take(found->second);
    }
  }
  return gaps;
}

void GapBook::restore(Gap gap) {
  forget(gap.id);
  ++figures_.by_state[static_cast<std::size_t>(gap.state)];
  gap.told = phase_of(gap);
  for (const std::string& job : gap.jobs) {
    gap.job_bytes += job.size();
  }
  gaps_.emplace(gap.id, gap);
}

void GapBook::forget(std::string_view id) {
  const auto found = gaps_.find(id);
  if (found != gaps_.end()) {
    --figures_.by_state[static_cast<std::size_t>(found->second.state)];
    gaps_.erase(found);
  }
}

void GapBook::restored(const JobTracker& jobs) {
  for (auto entry = gaps_.begin(); entry != gaps_.end();) {
    Gap& gap = (entry++)->second;
    if (!gap.ended_at) {
      open_ = &gap;
      continue;
    }
    for (const std::string& id : gap.jobs) {
      const JobTracker::Entry* const job = jobs.find(id);
      if (job != nullptr) {
        restored_job(gap, id, job->second);
      }
    }
    if (!has_jobs_) {  // they were configured away
      set_state(gap, GapState::unrecoverable);
    } else if (gap.state == GapState::recovering) {
      look_if_over(gap);
    }
  }
  make_room_for_jobs();
}

// Its note may be one that there was no time to write.
void GapBook::restored_job(Gap& gap, const std::string& id, const Job& job) {
  if (job.open()) {
    gap.waiting.insert(id);
  }
  const std::string_view fate = job.given_up != GivenUp::no ? to_string(job.given_up)
                                : job.open() && job.held    ? "held"
                                                            : "";
  if (!fate.empty() && add_note(gap, note_of(id, fate))) {
    counted(gap);
  }
}

void GapBook::look_if_over(Gap& gap) {
  if (gap.state == GapState::recovering && gap.waiting.empty()) {
    set_state(gap, gap.lost ? GapState::unrecoverable : GapState::recovered);
  }
}

void GapBook::set_state(Gap& gap, GapState state) {
  --figures_.by_state[static_cast<std::size_t>(gap.state)];
  gap.state = state;
  ++figures_.by_state[static_cast<std::size_t>(gap.state)];
  changed(gap);
  if (state == GapState::recovered || state == GapState::unrecoverable) {
    changed_.erase(gap.id);
    const auto found = gaps_.find(gap.id);
    if (state == GapState::recovered) {
      if (recovered_.size() >= limits::gaps_recovered) {
        recovered_.pop_front();
      }
      recovered_.push_back(found->second);
      recovered_.back().told = phase_of(gap);
    }
    over_.push_back(std::move(found->second));
    gaps_.erase(found);
  }
}

void GapBook::make_room() {
  if (gaps_.size() < limits::gaps_kept) {
    return;
  }
  auto first = gaps_.begin();
  if (&first->second == open_) {
    ++first;  // it is followed, though the clock was set back
  }
  give_up(first->second);
}

// The open one, and those whose list isn't read, have no jobs yet: they stay.
void GapBook::make_room_for_jobs() {
  std::size_t bytes = 0;
  for (const auto& [id, gap] : gaps_) {
    bytes += gap.job_bytes;
  }
  for (auto entry = gaps_.begin(); entry != gaps_.end() && bytes > limits::gaps_jobs.count;) {
    Gap& gap = (entry++)->second;
    if (&gap != open_ && gap.job_bytes > 0) {
      bytes -= gap.job_bytes;
      give_up(gap);
    }
  }
}

void GapBook::give_up(Gap& gap) {
  note(gap, "too many gaps at a time to follow this one further; its jobs are replayed still");
  set_state(gap, GapState::unrecoverable);
}

}  // namespace penstock::jobs
