#include "app/jobs_desk.hpp"

#include "penstock/core/system_clock.hpp"

namespace penstock::app {

void JobsDesk::restored(WallTime now) {
  jobs_.restored(now);
  show();
  pass_on();
}

Changes JobsDesk::decide(Batch& batch, WallTime now) {
  Changes changes = jobs_.decide(batch, now);
  filter_.apply(batch);  // what is filtered is known, and isn't lost
  pass_on();
  return changes;
}

publish::Note JobsDesk::tick(std::function<void()> taken) {
  return note([this, taken = std::move(taken)](jobs::Jobs& jobs) {
    taken();
    Changes changes = jobs.tick(wall_now());
    count();
    show();
    return changes;
  });
}

std::optional<publish::Note> JobsDesk::reconfigure(jobs::JobsOptions options, Filter filter) {
  if (!change_.put({std::move(options), std::move(filter)})) {
    return std::nullopt;
  }
  return [this] {
    Change change = change_.take();
    jobs_.reconfigure(change.options);
    filter_ = std::move(change.filter);
    return Changes{};
  };
}

void JobsDesk::count() {
  const jobs::JobsFigures figures = jobs_.figures();
  const auto set = [](auto& gauges, std::initializer_list<std::uint64_t> values) {
    auto value = values.begin();
    for (auto& gauge : gauges) {
      gauge.set(*value++);
    }
  };
  set(counters_.gaps, {figures.gaps_open, figures.gaps_recovering, figures.gaps_recovered,
                       figures.gaps_unrecoverable});
  set(counters_.replays,
      {figures.replays_clean, figures.replays_broken, figures.replays_gone, figures.replays_held});
  const auto jobs = [&](const char* status) {
    const auto found = figures.jobs_by_status.find(status);
    return found == figures.jobs_by_status.end() ? 0 : found->second;
  };
  set(counters_.jobs,
      {jobs("requested"), jobs("started"), jobs("success"), jobs("failed"), jobs("revoked")});
  counters_.gap_seconds.set(figures.gap_seconds);
  counters_.replay_events.set(figures.replay_events);
  counters_.late_events.set(figures.late_events);
  counters_.ledger_bytes.set(figures.ledger_memory.count);
  counters_.uncounted_jobs.set(figures.incomplete_jobs);
  counters_.held_jobs.set(figures.held_jobs);
  counters_.given_up_jobs.set(figures.given_up_jobs);
  counters_.refused_jobs.set(figures.refused_jobs);
  counters_.ignored_job_ids.set(figures.ignored_job_ids);
  counters_.replay_dead_letters.set(figures.replay_dead_letters);
}

void JobsDesk::show() {
  // shared: see views()
  auto views = std::make_shared<const JobsView>(jobs_.views());
  const std::lock_guard lock(views_mutex_);
  views_.swap(views);
}

std::shared_ptr<const JobsView> JobsDesk::views() const {
  const std::lock_guard lock(views_mutex_);
  return views_;
}

void JobsDesk::pass_on() {
  std::vector<jobs::Order> orders = jobs_.take_orders();
  if (!orders.empty()) {
    orders_(std::move(orders));
  }
}

}  // namespace penstock::app
