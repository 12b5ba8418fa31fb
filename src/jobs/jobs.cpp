#include "penstock/jobs/jobs.hpp"

#include <algorithm>
#include <utility>

#include "jobs/jobs_impl.hpp"
#include "jobs/topic_records.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::jobs {
namespace {

// How long a job is over until its memory may be used otherwise: what of it is late has come.
constexpr std::chrono::hours late{1};

PlannerOptions planner_options(const JobsOptions& options) {
  return {.concurrency = options.replay_concurrency,
          .settle_after = options.settle_after,
          .retry_first = options.retry_first,
          .retry_max = options.retry_max};
}

}  // namespace

Jobs::Impl::Impl(JobsOptions options)
    : options_(std::move(options)),
      tracker_(options_.on_first_start),
      gaps_(options_.has_jobs, options_.id_seed),
      planner_(planner_options(options_)),
      questions_(options_.task_poll_interval, options_.retry_first, options_.retry_max),
      ledger_(options_.ledger_memory) {}

void Jobs::Impl::reconfigure(const JobsOptions& options) {
  options_.replay_concurrency = options.replay_concurrency;
  options_.task_poll_interval = options.task_poll_interval;
  options_.settle_after = options.settle_after;
  options_.retry_first = options.retry_first;
  options_.retry_max = options.retry_max;
  planner_.reconfigure(planner_options(options_));
  questions_.reconfigure(options_.task_poll_interval, options_.retry_first, options_.retry_max);
}

Changes Jobs::Impl::tick(WallTime now) {
  Changes changes;
  gaps_.tick(now);
  if (options_.has_jobs) {
    ask(now);
    end_uncounted(now);
    start_replays(now);
    relieve_memory(now);
    forget_old();
    drop_records();
  }
  store(changes, now, true);
  return changes;
}

// Where it was set back, what waits goes on waiting as long as it would have.
void Jobs::Impl::look_at_clock(WallTime now) {
  if (now < looked_at_) {
    const Duration by = looked_at_ - now;
    restored_at_ -= by;
    opened_at_ -= by;
    if (list_read_) {
      *list_read_ -= by;
    }
    questions_.clock_set_back(by);
    planner_.clock_set_back(by);
    tracker_.clock_set_back(by, now);
    gaps_.clock_set_back(by);
    if (session_.received_at) {
      set_session_back(by);
    }
  }
  looked_at_ = now;
}

void Jobs::Impl::set_session_back(Duration by) {
  *session_.received_at -= by;
  if (session_.backlog) {
    session_.backlog->since -= by;
    session_.backlog->caught_up -= by;
  }
  session_changed_ = true;
}

Changes Jobs::Impl::session_failed(SessionId after, DisconnectCause cause, WallTime now) {
  session_failed_before(SessionId{}, cause);  // whichever it is
  if (gaps_.is_open()) {
    note_failures(after);
  }
  Changes changes;
  store(changes, now);
  return changes;
}

void Jobs::Impl::session_failed_before(SessionId session, DisconnectCause cause) {
  const Failure failure{session, cause};
  if (std::ranges::find(failures_, failure) == failures_.end()) {
    failures_.push_back(failure);
  }
}

Jobs::Impl::Entry* Jobs::Impl::know(std::string_view id, bool created, WallTime now) {
  if (Entry* const known = tracker_.find(id)) {
    return known;
  }
  if (tracker_.size() >= limits::remembered_jobs) {
    // One that is asked for in vain for long protects nothing any more.
    const bool list_is_good = list_read_ && lists_failed_ < limits::lists_failed;
    const auto done = tracker_.unrecorded_before((list_is_good ? *list_read_ : now) - late);
    if (!done) {
      session_.overflowed = session_changed_ = true;
      ++figures_.refused_jobs;
      return nullptr;
    }
    forget(*done);
  }
  Entry& entry = tracker_.learn(id);
  tracker_.recorded(entry, !ledger_records_.none_of(id));
  if (session_.overflowed && !created) {
    mark_incomplete(entry, SourceEvent::ledger_full);  // it may be one that there was no room for
  }
  return &entry;
}

void Jobs::Impl::settle(Entry& entry, WallTime before, WallTime now) {
  stop_replay(entry.first);
  entry.second.settled_by = options_.journal;
  tracker_.settle(entry, before, now);
  gaps_.job_settled(entry.first);
  ledger_.drop(entry.first);
}

void Jobs::Impl::give_up(Entry& entry, GivenUp why, WallTime now) {
  stop_replay(entry.first);
  tracker_.give_up(entry, why, now);
  gaps_.job_turned_up(entry.first, entry.second);
  gaps_.job_given_up(entry.first, to_string(why));
}

// Of the jobs that are known already, some may have been there before.
void Jobs::Impl::count_from(std::optional<WallTime> first_session) {
  tracker_.uncounted_before(first_session);
  for (const std::string& id : tracker_.unsettled()) {
    look_if_counted(*tracker_.find(id));
  }
}

void Jobs::Impl::look_if_counted(Entry& entry) {
  const Job& job = entry.second;
  if (job.has_ledger() && !job.incomplete && tracker_.counted(job) == JobTracker::Counted::no) {
    mark_incomplete(entry, SourceEvent::job_uncounted);
  }
}

void Jobs::Impl::mark_incomplete(Entry& entry, SourceEvent why) {
  entry.second.incomplete = true;
  tracker_.changed(entry);
  stop_replay(entry.first);
  gaps_.job_noted(entry.first, "not all of its events are counted");
  tell(why, "job " + entry.first);
}

void Jobs::Impl::drop_ledger(Entry& entry) {
  entry.second.incomplete = entry.second.dropped = true;
  tracker_.changed(entry);
  ledger_.drop(entry.first);
}

void Jobs::Impl::stop_replay(std::string_view id) {
  if (const auto run = planner_.forget(id)) {
    orders_.emplace_back(order::StopReplay{*run});
  }
}

void Jobs::Impl::forget(std::string_view id) {
  stop_replay(id);
  tombstones_.push_back({RecordTopic::state, job_key(id), std::nullopt});
  tracker_.forget(id);
  recent_.forget_job(id);
}

// It is, or may yet turn out to be. What the list that is read after its end doesn't say, nobody
// does; nor where there is none for long.
bool Jobs::Impl::will_be_counted(const Job& job, WallTime now) const {
  const bool asked = (list_read_ && *list_read_ >= *job.ended_at) || now >= *job.ended_at + late;
  const bool unsaid = tracker_.counted(job) == JobTracker::Counted::unknown && !job.requested_at;
  return !job.incomplete && !(unsaid && asked);
}

// What can't be merged is given up once it has ended.
void Jobs::Impl::end_uncounted(WallTime now) {
  for (const std::string& id : tracker_.unsettled()) {
    Entry& entry = *tracker_.find(id);
    const Job& job = entry.second;
    if (job.open() && !job.predates && job.ended() &&
        now >= *job.ended_at + options_.settle_after && !will_be_counted(job, now)) {
      if (!job.incomplete) {
        mark_incomplete(entry, SourceEvent::job_uncounted);
      }
      give_up(entry, GivenUp::uncounted, now);
      if (!job.replayed) {
        drop_ledger(entry);  // live brings nothing that is published already
      }
    }
  }
}

// What the list still holds must be remembered, or it were new. So the time is that of the list:
// the clock may have leapt since.
void Jobs::Impl::forget_old() {
  if (!list_read_) {
    return;
  }
  for (const std::string& id :
       tracker_.over_before(*list_read_ - limits::job_memory, limits::ledger_tombstones)) {
    Entry& entry = *tracker_.find(id);
    if (entry.second.has_ledger()) {
      gaps_.job_given_up(id, "forgotten");
      drop_ledger(entry);
    } else if (ledger_records_.none_of(id)) {
      forget(id);
    }
  }
}

void Jobs::Impl::drop_records() {
  for (const std::string& id :
       ledger_records_.add_tombstones(tombstones_, limits::ledger_tombstones)) {
    if (Entry* const entry = tracker_.find(id)) {
      tracker_.recorded(*entry, false);
    }
  }
}

void Jobs::Impl::relieve_memory(WallTime now) {
  if (ledger_.memory().count / 3 < options_.ledger_memory.count / 4) {
    return;
  }
  Entry* oldest = nullptr;
  for (const std::string& id : tracker_.unsettled()) {
    Entry& entry = *tracker_.find(id);
    const Job& job = entry.second;
    if (job.over_at && *job.over_at + late < now && job.has_ledger() &&
        (oldest == nullptr || *job.over_at < *oldest->second.over_at)) {
      oldest = &entry;
    }
  }
  if (oldest != nullptr) {
    drop_ledger(*oldest);
  }
}

namespace {

order::GapNews news_of(const Gap& gap) {
  return {.gap = gap.id,
          .state = phase_of(gap),
          .cause = gap.cause,
          .lasted =
              gap.ended_at ? std::optional(Duration(*gap.ended_at - gap.started_at)) : std::nullopt,
          .estimated_events = gap.estimated_events(),
          .truncated_bytes = gap.truncated_bytes,
          .jobs = gap.jobs.size() + gap.more_jobs,
          .recovered_events = gap.recovered_events};
}

}  // namespace

void Jobs::Impl::store(Changes& changes, WallTime now, bool counted) {
  std::vector<SideRecord>& records = changes.records;
  records = std::exchange(tombstones_, {});  // first: a job can be learned anew
  for (const std::string& id : tracker_.take_changed(counted)) {
    const Job& job = tracker_.find(id)->second;
    records.push_back({RecordTopic::state, job_key(id), encode(job)});
    JobView view = view_of(id, job, now);
    records.push_back({RecordTopic::jobs, id, record_json(view)});
    recent_.show(std::move(view));
  }
  for (const Gap& gap : gaps_.take_changed(counted)) {
    if (gap.told != phase_of(gap)) {
      orders_.emplace_back(news_of(gap));
    }
    const bool over = gap.state == GapState::recovered || gap.state == GapState::unrecoverable;
    records.push_back(
        {RecordTopic::state, gap_key(gap.id), over ? std::nullopt : std::optional(encode(gap))});
    GapView view = view_of(options_.source, gap);
    records.push_back({RecordTopic::gaps, gap_topic_key(options_.source, gap), record_json(view)});
    recent_.show(std::move(view));
  }
  if (std::exchange(session_changed_, false)) {
    records.push_back({RecordTopic::state, std::string(session_key), encode(session_)});
  }
}

JobsFigures Jobs::Impl::figures() const {
  JobsFigures figures = figures_;
  for (std::size_t i = 0; i < job_states; ++i) {
    figures.jobs_by_status.emplace(to_string(static_cast<JobState>(i)), tracker_.by_state()[i]);
  }
  const GapBook::Figures& gaps = gaps_.figures();
  const auto in_state = [&](GapState state) {
    return gaps.by_state[static_cast<std::size_t>(state)];
  };
  figures.gaps_open = in_state(GapState::open);
  figures.gaps_recovering = in_state(GapState::recovering);
  figures.gaps_recovered = in_state(GapState::recovered);
  figures.gaps_unrecoverable = in_state(GapState::unrecoverable);
  figures.gap_seconds = std::chrono::duration<double>(gaps.time).count();
  figures.ledger_memory = ledger_.memory();
  for (const std::string& id : tracker_.unsettled()) {
    const Job& job = tracker_.find(id)->second;
    figures.incomplete_jobs += job.incomplete ? 1 : 0;
    figures.held_jobs += job.held ? 1 : 0;
    figures.given_up_jobs += job.given_up != GivenUp::no ? 1 : 0;
  }
  return figures;
}

JobsView Jobs::Impl::views() const {
  return {.jobs = {recent_.jobs().begin(), recent_.jobs().end()},
          .gaps = {recent_.gaps().begin(), recent_.gaps().end()},
          .replays = planner_.views()};
}

Jobs::Jobs(JobsOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Jobs::~Jobs() = default;

Result<void> Jobs::restore(std::string_view key, std::optional<std::string_view> value) {
  return impl_->restore(key, value);
}
void Jobs::restored(WallTime now) { impl_->restored(now); }
Changes Jobs::decide(Batch& batch, WallTime now) {
  impl_->look_at_clock(now);
  return batch.channel_kind == ChannelKind::live ? impl_->decide_live(batch, now)
                                                 : impl_->decide_replay(batch, now);
}
std::vector<SideRecord> Jobs::records(std::span<const Changes* const> changes) {
  return impl_->records(changes);
}
void Jobs::committed(std::span<const Changes* const> changes) { impl_->committed(changes); }
void Jobs::reconfigure(const JobsOptions& options) { impl_->reconfigure(options); }
Changes Jobs::tick(WallTime now) {
  impl_->look_at_clock(now);
  return impl_->tick(now);
}
Changes Jobs::session_failed(SessionId after, DisconnectCause cause, WallTime now) {
  return impl_->session_failed(after, cause, now);
}
void Jobs::session_failed_before(SessionId session, DisconnectCause cause) {
  impl_->session_failed_before(session, cause);
}
Changes Jobs::tasks_listed(std::span<const Task> tasks, WallTime now) {
  impl_->look_at_clock(now);
  return impl_->tasks_listed(tasks, now);
}
Changes Jobs::tasks_failed(WallTime now) {
  impl_->look_at_clock(now);
  return impl_->tasks_failed(now);
}
Changes Jobs::status_told(std::string_view job, const std::optional<Task>& task, WallTime now) {
  impl_->look_at_clock(now);
  return impl_->status_told(job, task, now);
}
void Jobs::status_failed(std::string_view job) { impl_->status_failed(job); }
Changes Jobs::replay_failed(ChannelId run, ReplayEnd end, std::optional<Duration> retry_after,
                            WallTime now) {
  impl_->look_at_clock(now);
  return impl_->replay_failed(run, end, retry_after, now);
}
Result<Changes> Jobs::replay_requested(std::string_view job, bool force, WallTime now) {
  impl_->look_at_clock(now);
  return impl_->replay_requested(job, force, now);
}
std::vector<Order> Jobs::take_orders() { return impl_->take_orders(); }
JobsView Jobs::views() const { return impl_->views(); }
JobsFigures Jobs::figures() const { return impl_->figures(); }

}  // namespace penstock::jobs
