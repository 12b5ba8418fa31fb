// What is decided about batches of live sessions.
#include <algorithm>

#include "jobs/jobs_impl.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::jobs {

Changes Jobs::Impl::decide_live(Batch& batch, WallTime now) {
  const Block& block = batch.block;
  const WallTime at = std::min(block.received_at, now);  // a clock may have been set back
  Changes changes;
  if (batch.after_loss) {
    journal_lost(block, at);
  }
  switch (block.kind) {
    case BlockKind::session_opened:
      session_opened(block, at);
      break;
    case BlockKind::session_closed:
      truncated_ += batch.truncated_bytes;
      session_closed(block.session, at, block.cause);
      break;
    case BlockKind::lines:
    case BlockKind::oversized_line:
      session_goes_on(block, at);
      if (at < block.received_at) {
        opened_at_ = {};  // nobody can tell how long before the clock was set back
      }
      truncated_ += batch.truncated_bytes;
      if (session_.open) {
        rate_.add(batch.events.size(), at);
      }
      if (options_.has_jobs) {
        decide_events(batch, at, now, changes);
      }
      break;
  }
  if (!block.recovered) {
    session_.backlog = block.backlog;
  }
  session_.received_at = std::max(session_.received_at.value_or(at), at);
  if (session_.open) {
    session_.rate = rate_.at(at);
  }
  session_changed_ = true;
  if (block.kind == BlockKind::session_opened) {
    ask(now);  // which jobs the gap touched
  }
  store(changes, now);
  return changes;
}

void Jobs::Impl::session_opened(const Block& block, WallTime at) {
  const bool whole = block.kind == BlockKind::session_opened;
  if (session_.open) {
    // Its end was never told: the process died, or the journal lost it.
    gaps_.begin(lost_from(session_.received_at.value_or(at)),
                whole ? DisconnectCause::daemon_down : DisconnectCause::journal_damaged,
                session_.rate);
  }
  note_failures(block.session);
  const bool after_gap = gaps_.is_open();
  if (after_gap) {
    gaps_.truncated(truncated_);
    gaps_.end(at);
  }
  tracker_.soil();
  ledger_.open_session();
  rate_.open(at);
  session_.open = true;
  session_.session = block.session;
  session_.backlog.reset();
  first_session_ = whole && !after_gap && options_.has_jobs && !session_.first_session;
  if (options_.has_jobs && !session_.first_session) {
    session_.first_session = at;
    if (session_.uncounted) {
      count_from(at);
    }
  }
  // Received before the clock was set back, nobody can tell how long before.
  opened_at_ = whole && at == block.received_at ? at : WallTime{};
  whole_ = whole;
  truncated_ = 0;
}

// Of attempts before that session. Without a gap they hindered nothing: it is the first start.
void Jobs::Impl::note_failures(SessionId up_to) {
  std::erase_if(failures_, [&](const Failure& failure) {
    if (failure.before > up_to) {
      return false;
    }
    if (gaps_.is_open()) {
      gaps_.hindered(failure.cause);
    }
    return true;
  });
}

void Jobs::Impl::session_closed(SessionId session, WallTime at, DisconnectCause cause) {
  if (gaps_.is_behind(session)) {
    gaps_.found_end(at, cause);
  } else if (!gaps_.is_open()) {
    gaps_.begin(at, cause, session_.open ? rate_.at(at) : session_.rate);
  }
  gaps_.truncated(truncated_);
  session_.open = whole_ = first_session_ = false;
  truncated_ = 0;
}

// Lines of a session: of the one that is open, or of one whose opening was decided about before the
// process began.
void Jobs::Impl::session_goes_on(const Block& block, WallTime at) {
  if (session_.open && session_.session == block.session) {
    return;
  }
  if (!gaps_.is_behind(block.session)) {
    session_opened(block, at);
    return;
  }
  // The journal still had these: the gap begins behind them.
  gaps_.move_start(lost_from(at));
}

// A session that ended without a word, with these bytes. If it was still behind, what it lost was
// sent before them.
WallTime Jobs::Impl::lost_from(WallTime last_bytes) const {
  const bool behind = session_.backlog && last_bytes < session_.backlog->caught_up;
  return behind ? std::min(last_bytes, session_.backlog->since) : last_bytes;
}

// Blocks before this one can't be read any more: a gap from the last bytes decided about to its
// own.
void Jobs::Impl::journal_lost(const Block& block, WallTime at) {
  const WallTime from = std::min(lost_from(session_.received_at.value_or(at)), at);
  if (session_.open) {
    session_closed(session_.session, from, DisconnectCause::journal_damaged);
  } else if (gaps_.is_behind(block.session)) {
    // What follows is of a session whose end was taken for the gap's beginning.
    gaps_.found_end(from, DisconnectCause::journal_damaged);
    gaps_.end(at);
    gaps_.begin(lost_from(at), DisconnectCause::daemon_down, session_.rate, block.session);
  }
}

void Jobs::Impl::decide_events(Batch& batch, WallTime at, WallTime now, Changes& changes) {
  const bool whole = whole_ && batch.dead_letters.empty();
  if (!batch.dead_letters.empty()) {
    tracker_.soil();  // each could belong to any job
    first_session_ = false;
  }
  const JobTracker::Seen seen{.at = at, .whole = whole, .first_session = first_session_};
  batch.verdicts.resize(batch.events.size(), Verdict::publish);
  batch.copies.assign(batch.events.size(), 0);
  auto status = batch.job_statuses.begin();
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    const Event& event = batch.events[i];
    const bool is_status = status != batch.job_statuses.end() && status->event == i;
    const JobFlags flags = is_status ? (status++)->flags : JobFlags{};
    const std::string_view id = normal_job_id(event.job_id);
    if (!event.has_job_id) {
      continue;
    }
    if (!valid_job_id(id)) {
      ++figures_.ignored_job_ids;
      continue;
    }
    const bool created = is_status && whole && says_creation(flags);
    Entry* const entry = know(id, created, now);
    if (entry == nullptr) {
      continue;
    }
    if (is_status) {
      if (tracker_.saw_status(*entry, flags, seen)) {
        settle(*entry, at, now);
      }
    } else if (!event.is_job_status()) {
      if (!entry->second.settled) {
        tracker_.saw_event(*entry, seen);
      }
      if (!publish_live(*entry, batch, i, at, changes)) {
        batch.verdicts[i] = Verdict::duplicate;
      }
    }
  }
}

// Of a job without a ledger: a live event of that block is published already.
bool Jobs::Impl::came_before(const Job& job, const Block& block, WallTime at) const {
  const bool is_settled_by_one_before = block.recovered || job.settled_earlier;
  if (is_settled_by_one_before && !job.settled_by.empty() && job.settled_by == options_.journal) {
    return false;  // what that journal had by then was decided about before
  }
  // Of another machine, whose clock may differ.
  const Duration margin = job.settled_by.empty() ? Duration{0} : Duration{limits::gap_margin};
  if (block.recovered) {
    return job.settled_before && block.received_at < *job.settled_before + margin;
  }
  if (at < job.late_from) {
    return true;  // it waited in the journal while the job was replayed
  }
  // It waited while another process had the source: here, or in the remote.
  const bool waited = at < std::min(restored_at_, job.late_from + margin);
  const bool may_have_waited =
      opened_at_ < job.late_from && at < restored_at_ + limits::after_full_most;
  return job.settled_earlier && (waited || may_have_waited);
}

bool Jobs::Impl::publish_live(Entry& entry, Batch& batch, std::size_t index, WallTime at,
                              Changes& changes) {
  Job& job = entry.second;
  if (!job.has_ledger()) {
    if (came_before(job, batch.block, at)) {
      return false;
    }
    figures_.late_events += job.settled ? 1 : 0;
    tracker_.published(entry, 1, true);
    return true;
  }
  const Fingerprint event = batch.fingerprints[index];
  const auto [verdict, published] = ledger_.deliver(entry.first, ChannelKind::live, event);
  if (verdict != Verdict::publish) {
    return false;
  }
  tracker_.published(entry, 1, true);
  if (published > 0) {
    changes.ledger[entry.first].push_back({event, published});
    tracker_.recorded(entry, true);
    batch.copies[index] = published;
  } else if (!job.incomplete) {
    mark_incomplete(entry, SourceEvent::ledger_full);
  }
  return true;
}

}  // namespace penstock::jobs
