#include "penstock/ops/metrics.hpp"

#include <array>
#include <utility>

#include "ops/exposition.hpp"
#include "ops/process_figures.hpp"
#include "penstock/core/metric_names.hpp"

namespace penstock::ops {
namespace {

using prometheus::ClientMetric;
using Label = ClientMetric::Label;

prometheus::MetricType to_prometheus(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return prometheus::MetricType::Counter;
    case MetricKind::gauge:
      return prometheus::MetricType::Gauge;
    case MetricKind::histogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

Family family_of(const Metric& metric) {
  return {{std::string(metric.name), std::string(metric.help), to_prometheus(metric.kind), {}},
          metric.unit};
}

void add_sample(Family& family, std::vector<Label> labels, double value) {
  ClientMetric sample;
  sample.label = std::move(labels);
  if (family.family.type == prometheus::MetricType::Counter) {
    sample.counter.value = value;
  } else {
    sample.gauge.value = value;
  }
  family.family.metric.push_back(std::move(sample));
}

template <class Integer>
double as_double(Integer value) {
  return static_cast<double>(value);
}

// The metrics with one value a source.
struct SourceValue {
  const Metric& metric;
  double (*read)(const SourceCounters&);
};
namespace names = metric_names;
using C = const SourceCounters&;
constexpr std::array source_values{
    SourceValue{names::received_bytes, [](C c) { return as_double(c.received_bytes.get()); }},
    SourceValue{names::sessions, [](C c) { return as_double(c.sessions.get()); }},
    SourceValue{names::source_connected, [](C c) { return c.connected.get() ? 1.0 : 0.0; }},
    SourceValue{names::paused_seconds, [](C c) { return as_double(c.paused_ms.get()) / 1e3; }},
    SourceValue{names::received_events, [](C c) { return as_double(c.received_events.get()); }},
    SourceValue{names::recovered_events, [](C c) { return as_double(c.recovered_events.get()); }},
    SourceValue{names::published_events, [](C c) { return as_double(c.published_events.get()); }},
    SourceValue{names::duplicate_events, [](C c) { return as_double(c.duplicate_events.get()); }},
    SourceValue{names::filtered_events, [](C c) { return as_double(c.filtered_events.get()); }},
    SourceValue{names::truncated_bytes, [](C c) { return as_double(c.truncated_bytes.get()); }},
    SourceValue{names::last_event_timestamp,
                [](C c) { return as_double(c.last_event_ms.get()) / 1e3; }},
    SourceValue{names::source_lag, [](C c) { return c.lag_seconds.get(); }},
    SourceValue{names::journal_events, [](C c) { return as_double(c.uncommitted_events.get()); }},
    SourceValue{names::journal_bytes, [](C c) { return as_double(c.journal_bytes.get()); }},
    SourceValue{names::journal_capacity,
                [](C c) { return as_double(c.journal_capacity_bytes.get()); }},
};

struct JobsValue {
  const Metric& metric;
  double (*read)(const JobCounters&);
};
using J = const JobCounters&;
constexpr std::array jobs_values{
    JobsValue{names::gap_seconds, [](J j) { return j.gap_seconds.get(); }},
    JobsValue{names::replay_events, [](J j) { return as_double(j.replay_events.get()); }},
    JobsValue{names::late_events, [](J j) { return as_double(j.late_events.get()); }},
    JobsValue{names::ledger_bytes, [](J j) { return as_double(j.ledger_bytes.get()); }},
    JobsValue{names::ledger_capacity, [](J j) { return as_double(j.ledger_capacity_bytes.get()); }},
    JobsValue{names::uncounted_jobs, [](J j) { return as_double(j.uncounted_jobs.get()); }},
    JobsValue{names::held_jobs, [](J j) { return as_double(j.held_jobs.get()); }},
};

// A gauge for each of the contract's words.
template <std::size_t N>
void add_by_state(Family& family, const std::string& source, const char* label,
                  const std::array<const char*, N>& words,
                  const std::array<Gauge<std::uint64_t>, N>& gauges) {
  for (std::size_t i = 0; i < N; ++i) {
    add_sample(family, {{"source", source}, {label, words[i]}}, as_double(gauges[i].get()));
  }
}

// A counter for each value of an enumeration.
template <class Word, std::size_t N>
void add_by_word(Family& family, const std::string& source, const char* label,
                 const std::array<Counter, N>& counters) {
  for (std::size_t i = 0; i < N; ++i) {
    add_sample(family, {{"source", source}, {label, std::string(to_string(static_cast<Word>(i)))}},
               as_double(counters[i].get()));
  }
}

void add_latency(Family& family, const std::string& source, const LatencyHistogram& histogram) {
  ClientMetric sample;
  sample.label = {{"source", source}};
  const auto counts = histogram.counts();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    sample.histogram.sample_count += counts[i];
    if (i < LatencyHistogram::bounds.size()) {
      sample.histogram.bucket.push_back(
          {sample.histogram.sample_count, LatencyHistogram::bounds[i]});
    }
  }
  sample.histogram.sample_sum = histogram.sum();
  family.family.metric.push_back(std::move(sample));
}

template <class Value>
void add_process_figure(std::vector<Family>& families, const Metric& metric,
                        const std::optional<Value>& value) {
  if (value) {
    add_sample(families.emplace_back(family_of(metric)), {}, as_double(*value));
  }
}

}  // namespace

Metrics::Metrics(std::string version)
    : version_(std::move(version)), started_at_(read_process_start()) {}

void Metrics::add_source(const SourceName& name, const SourceCounters& counters,
                         const JobCounters& jobs) {
  sources_.push_back({name.str(), &counters, &jobs});
}

void Metrics::remove_source(const SourceName& name) {
  std::erase_if(sources_, [&](const Source& source) { return source.name == name.str(); });
}

void Metrics::config_loaded(WallTime at) noexcept {
  last_reload_successful_ = true;
  config_loaded_at_ = at;
}

std::vector<Family> Metrics::families() const {
  std::vector<Family> out;
  for (const SourceValue& value : source_values) {
    Family& family = out.emplace_back(family_of(value.metric));
    for (const auto& [name, counters, jobs] : sources_) {
      add_sample(family, {{"source", name}}, value.read(*counters));
    }
  }
  for (const JobsValue& value : jobs_values) {
    Family& family = out.emplace_back(family_of(value.metric));
    for (const auto& [name, counters, jobs] : sources_) {
      add_sample(family, {{"source", name}}, value.read(*jobs));
    }
  }
  Family disconnects = family_of(names::disconnects);
  Family dead_letters = family_of(names::dead_letters);
  Family transactions = family_of(names::transactions);
  Family latency = family_of(names::publish_latency);
  Family gaps = family_of(names::gaps);
  Family replays = family_of(names::replays);
  Family jobs_by_status = family_of(names::jobs);
  for (const auto& [name, counters, jobs] : sources_) {
    add_by_state(gaps, name, "state", gap_words, jobs->gaps);
    add_by_state(replays, name, "result", replay_words, jobs->replays);
    add_by_state(jobs_by_status, name, "status", job_words, jobs->jobs);
    add_by_word<DisconnectCause>(disconnects, name, "cause", counters->disconnects);
    add_by_word<DeadLetterReason>(dead_letters, name, "reason", counters->dead_letters);
    for (const auto& [result, counter] :
         {std::pair("committed", &counters->transactions_committed),
          std::pair("aborted", &counters->transactions_aborted),
          std::pair("reinitialised", &counters->transactions_reinitialised)}) {
      add_sample(transactions, {{"source", name}, {"result", result}}, as_double(counter->get()));
    }
    add_latency(latency, name, counters->publish_latency);
  }
  for (Family* family :
       {&disconnects, &dead_letters, &transactions, &latency, &gaps, &replays, &jobs_by_status}) {
    out.push_back(std::move(*family));
  }

  add_sample(out.emplace_back(family_of(names::build_info)), {{"version", version_}}, 1);
  add_sample(out.emplace_back(family_of(names::config_last_reload_successful)), {},
             last_reload_successful_ ? 1 : 0);
  if (config_loaded_at_) {
    add_sample(out.emplace_back(family_of(names::config_last_reload_success)), {},
               as_double(config_loaded_at_->time_since_epoch().count()) / 1e3);
  }
  const ProcessFigures process = read_process_figures();
  add_process_figure(out, names::process_cpu, process.cpu_seconds);
  add_process_figure(out, names::process_resident_memory, process.resident_bytes);
  add_process_figure(out, names::process_open_fds, process.open_fds);
  add_process_figure(out, names::process_max_fds, process.max_fds);
  add_process_figure(out, names::process_threads, process.threads);
  add_process_figure(out, names::process_start_time, started_at_);
  return out;
}

std::string Metrics::text() const { return prometheus_text(families()); }

std::string Metrics::open_metrics() const { return open_metrics_text(families()); }

}  // namespace penstock::ops
