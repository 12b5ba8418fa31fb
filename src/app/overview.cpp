#include "app/overview.hpp"

#include <algorithm>
#include <utility>

#include "penstock/core/json_writer.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/ops/status_document.hpp"

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
  handlers.status = [this] { return status(); };
  handlers.version = [] {
    JsonWriter out;
    out.begin_object().field("version", version()).end_object();
    return ops::Response{200, "application/json", std::move(out).str()};
  };
  return handlers;
}

ops::Response Overview::status() const {
  ops::StatusSnapshot snapshot{.version = std::string(version()),
                               .started_at = observed_.instance.started_at,
                               .sources = {}};
  for (const Daemon::Source& source : observed_.sources) {
    snapshot.sources.push_back(ops::source_status(source.name, *source.counters));
  }
  return {200, "application/json", ops::status_document(snapshot)};
}

ops::HealthSnapshot Overview::health() const {
  ops::HealthSnapshot snapshot{.starting = !observed_.stage.ready,
                               .draining = observed_.stage.draining,
                               .reload_rejected = observed_.stage.reload_rejected,
                               .sources = {}};
  for (const auto& pipeline : observed_.pipelines) {
    snapshot.sources.push_back(pipeline->health());
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
  for (const Daemon::Source& source : observed_.sources) {
    found.push_back({"publisher " + source.name.str(), source.counters->publisher.age(now)});
  }
  return found;
}

std::string Overview::service_status() const {
  const auto& sources = observed_.sources;
  const auto connected = std::count_if(sources.begin(), sources.end(), [](const auto& source) {
    return source.counters->connected.get();
  });
  std::uint64_t published = 0;
  for (const Daemon::Source& source : sources) {
    published += source.counters->published_events.get();
  }
  return std::to_string(connected) + " of " + std::to_string(sources.size()) +
         " sources connected, " + std::to_string(published) + " events published";
}

}  // namespace penstock::app
