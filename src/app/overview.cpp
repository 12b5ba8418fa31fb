#include "app/overview.hpp"

#include <algorithm>
#include <utility>

#include "penstock/core/json_writer.hpp"
#include "penstock/core/system_clock.hpp"

namespace penstock::app {
namespace {

ops::Response json(const ops::HealthAnswer& answer) {
  return {answer.status, "application/json", answer.body};
}

}  // namespace

ops::Handlers Overview::handlers() const {
  ops::Handlers handlers;
  handlers.livez = [this] { return json(ops::liveness(loops())); };
  handlers.readyz = [this] { return json(ops::readiness(health())); };
  handlers.metrics = [this](ops::MetricsFormat format) {
    return format == ops::MetricsFormat::open_metrics ? observed_.metrics.open_metrics(health())
                                                      : observed_.metrics.text(health());
  };
  handlers.snapshot = [this] { return snapshot(); };
  handlers.version = [] {
    JsonWriter out;
    out.begin_object().field("version", version()).end_object();
    return ops::Response{200, "application/json", std::move(out).str()};
  };
  return handlers;
}

void Overview::sample(MonotonicTime now) {
  std::erase_if(histories_, [&](const auto& history) {
    return std::ranges::none_of(observed_.sources, [&](const Sources::Source& source) {
      return source.name.str() == history.first;
    });
  });
  for (const Sources::Source& source : observed_.sources) {
    histories_[source.name.str()].sample(now, source.counters.received_events.get(),
                                         source.counters.lag_seconds.get());
  }
}

ops::StatusSnapshot Overview::snapshot() const {
  ops::StatusSnapshot snapshot{.version = std::string(version()),
                               .host = observed_.instance.host,
                               .instance = observed_.instance.id,
                               .started_at = observed_.instance.started_at,
                               .now = wall_now(),
                               .health = health(),
                               .sources = {},
                               .events = {}};
  if (observed_.events) {
    snapshot.events = observed_.events->latest();
  }
  for (const Sources::Source& source : observed_.sources) {
    ops::SourceStatus status =
        ops::source_status(source.name, source.counters, source.job_counters);
    status.health = source.pipeline->health();
    status.connected_since = source.pipeline->connected_since();
    status.latest = *source.pipeline->jobs_views();
    if (const auto found = histories_.find(status.name); found != histories_.end()) {
      status.history = found->second;
    }
    snapshot.sources.push_back(std::move(status));
  }
  return snapshot;
}

ops::HealthSnapshot Overview::health() const {
  ops::HealthSnapshot snapshot{.starting = !observed_.stage.ready,
                               .draining = observed_.stage.draining,
                               .reload_rejected = observed_.stage.reload_rejected,
                               .restart_needed = observed_.stage.restart_needed,
                               .sources = {}};
  for (const Sources::Source& source : observed_.sources) {
    snapshot.sources.push_back(source.pipeline->health());
  }
  return snapshot;
}

std::vector<ops::LoopHealth> Overview::loops() const {
  const MonotonicTime now = monotonic_now();
  std::vector<ops::LoopHealth> found{{"io", observed_.io_loop.age(now)}};
  const auto& workers = observed_.pool.loops();
  for (std::size_t i = 0; i < workers.size(); ++i) {
    found.push_back({"worker " + std::to_string(i + 1), workers[i].age(now)});
  }
  for (const Sources::Source& source : observed_.sources) {
    found.push_back({"publisher " + source.name.str(), source.counters.publisher.age(now)});
  }
  return found;
}

std::string Overview::service_status() {
  ops::ServiceFigures now{.at = monotonic_now(),
                          .starting = !observed_.stage.ready,
                          .draining = observed_.stage.draining,
                          .sources = observed_.sources.size()};
  for (const Sources::Source& source : observed_.sources) {
    const SourceCounters& counters = source.counters;
    now.connected += counters.connected.get() ? 1u : 0u;
    const EventFigures events = counters.events();
    now.received_events += events.received;
    now.published_events += events.left.published;
    now.waiting_events += events.in_journal;
    const auto capacity = static_cast<double>(counters.journal_capacity_bytes.get());
    const auto used = static_cast<double>(counters.journal_bytes.get());
    now.journal_fill = std::max(now.journal_fill, capacity > 0 ? used / capacity : 0);
  }
  for (const ops::SourceHealth& source : health().sources) {
    now.kafka_away = std::max(now.kafka_away, source.kafka_away);
  }
  return ops::service_status(recent_.add(now), now);
}

bool Overview::all_turn(Log& log) {
  const auto stuck = ops::stuck(loops());
  if (stuck.empty() && !std::exchange(turned_, true)) {
    log.info("all loops turn again");
  } else if (!stuck.empty() && std::exchange(turned_, false)) {
    for (const ops::LoopHealth& loop : stuck) {
      log.error("a loop stands still",
                {{"loop", loop.loop}, {"ms", std::int64_t{loop.age.count()}}});
    }
  }
  return stuck.empty();
}

}  // namespace penstock::app
