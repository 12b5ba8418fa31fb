// What the state topic says at the start.
#include <algorithm>
#include <utility>

#include "jobs/jobs_impl.hpp"
#include "jobs/topic_records.hpp"
#include "penstock/core/text.hpp"

namespace penstock::jobs {
namespace {

// app/commands/publish_journal.cpp finds gaps by it.
std::string left_behind_note(const std::string& journal, const std::string& host) {
  return "journal " + journal + " on " + printable(host) +
         " may hold events of it: start penstock with that journal, or run `penstock journal "
         "publish`";
}

}  // namespace

Result<void> Jobs::Impl::restore(std::string_view key, std::optional<std::string_view> value) {
  const auto unreadable = [&](const Error& error) {
    return make_error(static_cast<Errc>(error.code.value()),
                      "the state record `" + printable(key) + "` " + error.what);
  };
  if (key == session_key) {
    auto session = decode_session(value.value_or("v=1\n"));
    if (!session) {
      return unreadable(session.error());
    }
    session_ = *session;
  } else if (!options_.has_jobs && !key.starts_with(gap_part)) {
    return {};
  } else if (key.starts_with(job_part)) {
    const std::string_view id = key.substr(job_part.size());
    if (!value) {
      tracker_.forget(id);
      ledger_.drop(id);
      return {};
    }
    auto job = decode_job(*value);
    if (!job) {
      return unreadable(job.error());
    }
    if (!job->has_ledger()) {
      ledger_.drop(id);
    }
    tracker_.restore(id, std::move(*job));
  } else if (key.starts_with(gap_part)) {
    const std::string_view id = key.substr(gap_part.size());
    if (!value) {
      gaps_.forget(id);
      return {};
    }
    auto gap = decode_gap(id, *value);
    if (!gap) {
      return unreadable(gap.error());
    }
    gaps_.restore(std::move(*gap));
  } else if (key.starts_with(ledger_part)) {
    const auto parsed = parse_ledger_key(key);
    if (!parsed) {
      return unreadable(make_error(Errc::corrupt, "has no number"));
    }
    ledger_records_.restore(parsed->job, parsed->number, value.has_value());
    const Entry* const entry = tracker_.find(parsed->job);
    if (value && (entry == nullptr || entry->second.has_ledger())) {
      const auto entries = decode_ledger(*value);
      if (!entries) {
        return unreadable(entries.error());
      }
      ledger_.restore(parsed->job, *entries);
    }
  }
  return {};
}

void Jobs::Impl::restored(WallTime now) {
  restored_at_ = looked_at_ = now;
  if (session_.received_at > now) {
    set_session_back(*session_.received_at - now);  // the clock, while nothing ran
  }
  tracker_.restored(now);
  const bool was_without_jobs = session_.received_at && !session_.first_session;
  const bool was_lost = !session_.received_at && options_.journal_published;
  if (!options_.has_jobs) {
    session_.first_session.reset();  // what comes now isn't counted
  } else if ((was_without_jobs || was_lost) && !session_.uncounted) {
    session_.uncounted = session_changed_ = true;
  }
  for (const std::string& id : tracker_.unsettled()) {
    Entry& entry = *tracker_.find(id);
    Job& job = entry.second;
    if (was_without_jobs && !job.incomplete) {
      mark_incomplete(entry, SourceEvent::job_uncounted);
    }
    if (job.incomplete && job.has_ledger()) {
      ledger_.set_incomplete(id);
    } else if (ledger_.incomplete(id)) {
      mark_incomplete(entry, SourceEvent::ledger_full);
    }
    job.events = std::max(job.events, ledger_.published(id));
    recent_.show(view_of(id, job, now));
  }
  if (session_.uncounted) {
    count_from(session_.first_session);
  }
  for (const std::string& id : ledger_records_.jobs()) {
    Entry* const entry = tracker_.find(id);
    if (entry != nullptr) {
      tracker_.recorded(*entry, true);
    }
    if (entry == nullptr || !entry->second.has_ledger()) {
      ledger_.drop(id);
      ledger_records_.drop(id);
    }
  }
  gaps_.restored(tracker_);
  for (const auto& [id, gap] : gaps_.all()) {
    recent_.show(view_of(options_.source, gap));
  }
  // Another journal's daemon was not stopped in order: what it received last may be in there.
  const bool left_behind =
      session_.received_at && session_.journal != options_.journal && !gaps_.is_open_by_a_stop();
  if (session_.open) {
    if (!gaps_.is_open()) {
      gaps_.begin(lost_from(session_.received_at.value_or(now)), DisconnectCause::daemon_down,
                  session_.rate, session_.session);
    }
    session_.open = false;
    session_changed_ = true;
  }
  if (left_behind && gaps_.is_open() && !session_.journal.empty()) {
    gaps_.note_open(left_behind_note(session_.journal, session_.host));
  }
  session_.journal = options_.journal;
  session_.host = options_.host;
  ask(now);
}

}  // namespace penstock::jobs
