// What is decided about batches of replays, and about their ends.
#include <algorithm>

#include "jobs/jobs_impl.hpp"

namespace penstock::jobs {
namespace {

std::string numbers(const Run& run, const RunSummary& summary) {
  return "it brings " + std::to_string(summary.events) + " events, " +
         std::to_string(summary.covered) + " of the " + std::to_string(run.published_before) +
         " published";
}

}  // namespace

Changes Jobs::Impl::decide_replay(Batch& batch, WallTime now) {
  Changes changes;
  std::vector<Verdict> wanted = std::exchange(batch.verdicts, {});
  wanted.resize(batch.events.size(), Verdict::publish);
  batch.verdicts.assign(batch.events.size(), Verdict::duplicate);
  figures_.replay_events += batch.events.size();
  figures_.replay_dead_letters += batch.dead_letters.size();
  const bool whole = batch.dead_letters.empty() && batch.truncated_bytes == 0;
  batch.dead_letters.clear();  // each run would bring them again
  const ChannelId id = batch.block.channel;
  Run* const run = planner_.find(id);
  if (run == nullptr) {
    return changes;  // it was stopped
  }
  run->clean = run->clean && whole;
  switch (batch.block.kind) {
    case BlockKind::session_opened:
      planner_.opened(*run, tracker_.find(run->job)->second, ledger_.published(run->job));
      tell(SourceEvent::replay_started,
           "job " + run->job + (run->only_count ? ", only to compare" : ""));
      break;
    case BlockKind::session_closed:
      run_over(id,
               batch.block.cause == DisconnectCause::ended ? ReplayEnd::clean : ReplayEnd::broken,
               std::nullopt, now);
      start_replays(now);
      break;
    case BlockKind::lines:
    case BlockKind::oversized_line:
      take_replayed(*run, batch, wanted, now, changes);
      break;
  }
  store(changes, now);
  return changes;
}

void Jobs::Impl::take_replayed(Run& run, Batch& batch, std::span<const Verdict> wanted,
                               WallTime now, Changes& changes) {
  Entry& entry = *tracker_.find(run.job);
  std::vector<LedgerEntry> published;
  batch.copies.assign(batch.events.size(), 0);
  auto status = batch.job_statuses.begin();
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    const Event& event = batch.events[i];
    const bool is_status = status != batch.job_statuses.end() && status->event == i;
    const JobFlags flags = is_status ? (status++)->flags : JobFlags{};
    if (!event.has_job_id || normal_job_id(event.job_id) != entry.first) {
      run.clean = false;
    } else if (is_status) {
      tracker_.replayed_status(entry, flags, now);
    } else if (!event.is_job_status()) {
      ++run.delivered;
      const Fingerprint fingerprint = batch.fingerprints[i];
      const auto delivery =
          ledger_.deliver(entry.first, ChannelKind::replay, fingerprint, run.only_count);
      if (delivery.verdict == Verdict::publish) {
        batch.verdicts[i] = wanted[i];
        published.push_back({fingerprint, delivery.published});
        batch.copies[i] = delivery.published;
      }
    }
  }
  if (!published.empty()) {
    run.published += published.size();
    tracker_.published(entry, published.size(), false);
    gaps_.job_replayed(entry.first, published.size());
    changes.ledger.emplace(entry.first, std::move(published));
    tracker_.recorded(entry, true);
  }
  if (!entry.second.incomplete && ledger_.incomplete(entry.first)) {
    mark_incomplete(entry, SourceEvent::ledger_full);  // and the run is stopped
  }
}

void Jobs::Impl::run_over(ChannelId id, ReplayEnd end, std::optional<Duration> retry_after,
                          WallTime now) {
  const Run run = *planner_.find(id);
  Entry& entry = *tracker_.find(run.job);
  Job& job = entry.second;
  const RunSummary summary = ledger_.run(run.job);
  const RunResult result =
      planner_.finish(id, end, retry_after, job, summary, ledger_.published(run.job), now);
  if (end == ReplayEnd::clean || end == ReplayEnd::broken) {
    ++job.replays;
    tracker_.changed(entry);
  }
  tell_end(run, end, result);
  switch (result) {
    case RunResult::again:
    case RunResult::checked:
    case RunResult::rest:
      break;
    case RunResult::settled:
      settle(entry, run.begun, now);
      job.late_from = run.begun;
      break;
    case RunResult::held:
      tell(SourceEvent::replay_held, "job " + run.job + ": " + numbers(run, summary));
      gaps_.job_turned_up(run.job, job);
      gaps_.job_noted(run.job, "held, " + numbers(run, summary));
      tracker_.hold(entry, now);
      break;
    case RunResult::gone:
      give_up(entry, GivenUp::gone, now);
      break;
    case RunResult::disagreeing:
      give_up(entry, GivenUp::unsettled, now);
      break;
    case RunResult::breaking:
      give_up(entry, GivenUp::broken, now);
      break;
  }
}

void Jobs::Impl::tell_end(const Run& run, ReplayEnd end, RunResult result) {
  if (end == ReplayEnd::refused) {
    return;  // it never began
  }
  const bool clean = end == ReplayEnd::clean && run.clean;
  if (result == RunResult::held) {
    ++figures_.replays_held;
  } else if (end == ReplayEnd::gone) {
    ++figures_.replays_gone;
  } else {
    ++(clean ? figures_.replays_clean : figures_.replays_broken);
  }
  const std::string_view how =
      end == ReplayEnd::clean && !run.clean ? "with lines that don't belong there" : to_string(end);
  tell(SourceEvent::replay_finished, "job " + run.job + ": " + std::string(how) + ", " +
                                         std::to_string(run.delivered) + " events, " +
                                         std::to_string(run.published) + " of them new" +
                                         (result == RunResult::settled ? ", settled" : ""));
}

void Jobs::Impl::start_replays(WallTime now) {
  for (const std::string& id : planner_.due(tracker_, now)) {
    ledger_.open_run(id);
    const ChannelId run = planner_.begin(*tracker_.find(id), now);
    orders_.emplace_back(order::StartReplay{id, run});
  }
}

Changes Jobs::Impl::replay_failed(ChannelId run, ReplayEnd end, std::optional<Duration> retry_after,
                                  WallTime now) {
  Changes changes;
  if (planner_.find(run) != nullptr) {
    run_over(run, end == ReplayEnd::clean ? ReplayEnd::broken : end, retry_after, now);
    start_replays(now);
    store(changes, now);
  }
  return changes;
}

Result<Changes> Jobs::Impl::replay_requested(std::string_view written, bool force, WallTime now) {
  const std::string_view id = normal_job_id(written);
  const auto refuse = [&](Errc code, const std::string& why) {
    return make_error(code, "job " + std::string(id) + " " + why);
  };
  if (!valid_job_id(id)) {
    return make_error(Errc::invalid_argument, "this is no job id");
  }
  if (!options_.has_jobs) {
    return make_error(Errc::invalid_argument,
                      "the source " + options_.source.str() + " has no jobs to replay");
  }
  Entry* entry = tracker_.find(id);
  const bool was_known = entry != nullptr;
  if (!was_known && !force) {
    return refuse(Errc::not_found,
                  "isn't known; if nothing of it was ever published, --force replays it");
  }
  entry = was_known ? entry : know(id, false, now);
  if (entry == nullptr) {
    return refuse(Errc::full, "can't be taken in: there are too many jobs");
  }
  Job& job = entry->second;
  if (job.settled) {
    return refuse(Errc::invalid_argument,
                  "is settled: all of it is published; --to-stdout prints it");
  }
  if (job.incomplete) {
    return refuse(Errc::full,
                  "has events that the ledger doesn't count: a replay would publish some twice; "
                  "--to-stdout prints it");
  }
  if (was_known && tracker_.counted(job) != JobTracker::Counted::yes) {
    return refuse(Errc::full,
                  "may have been there before its events were counted: a replay would publish some "
                  "twice; --to-stdout prints it");
  }
  if (job.held && !force) {
    return refuse(Errc::invalid_argument,
                  "is held: its replay doesn't bring what was published of it; --force publishes "
                  "what it brings, --to-stdout prints it");
  }
  if (job.given_up != GivenUp::no && !force) {
    return refuse(Errc::invalid_argument, "was given up (" + std::string(to_string(job.given_up)) +
                                              "); --force begins anew, --to-stdout prints it");
  }
  if (!planner_.run_of(id)) {
    planner_.forget(id);
  }
  tracker_.revive(*entry);
  job.forced = job.forced || force;
  start_replays(now);
  Changes changes;
  store(changes, now);
  return changes;
}

}  // namespace penstock::jobs
