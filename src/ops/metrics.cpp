#include "penstock/ops/metrics.hpp"

#include <algorithm>
#include <array>
#include <map>
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

// A metric with one value a source, read from a part of its figures.
template <class From>
struct ValueOf {
  const Metric& metric;
  double (*read)(const From&);
};
namespace names = metric_names;

using SourceValue = ValueOf<SourceCounters>;
using C = const SourceCounters&;
constexpr std::array source_values{
    SourceValue{names::received_bytes, [](C c) { return as_double(c.received_bytes.get()); }},
    SourceValue{names::sessions, [](C c) { return as_double(c.sessions.get()); }},
    SourceValue{names::source_connected, [](C c) { return c.connected.get() ? 1.0 : 0.0; }},
    SourceValue{names::paused_seconds, [](C c) { return as_double(c.paused_ms.get()) / 1e3; }},
    SourceValue{names::truncated_bytes, [](C c) { return as_double(c.truncated_bytes.get()); }},
    SourceValue{names::last_event_timestamp,
                [](C c) { return as_double(c.last_event_ms.get()) / 1e3; }},
    SourceValue{names::source_lag, [](C c) { return c.lag_seconds.get(); }},
    SourceValue{names::journal_bytes, [](C c) { return as_double(c.journal_bytes.get()); }},
    SourceValue{names::journal_capacity,
                [](C c) { return as_double(c.journal_capacity_bytes.get()); }},
};

using EventValue = ValueOf<EventFigures>;
using E = const EventFigures&;
constexpr std::array event_values{
    EventValue{names::received_events, [](E e) { return as_double(e.received); }},
    EventValue{names::recovered_events, [](E e) { return as_double(e.recovered); }},
    EventValue{names::published_events, [](E e) { return as_double(e.left.published); }},
    EventValue{names::duplicate_events, [](E e) { return as_double(e.left.duplicate); }},
    EventValue{names::filtered_events, [](E e) { return as_double(e.left.filtered); }},
    EventValue{names::journal_events, [](E e) { return as_double(e.in_journal); }},
    EventValue{names::unaccounted_events, [](E e) { return as_double(e.unaccounted()); }},
};

using KafkaValue = ValueOf<KafkaCounters>;
using K = const KafkaCounters&;
constexpr std::array kafka_values{
    KafkaValue{names::kafka_queue_records, [](K k) { return as_double(k.queue_records.get()); }},
    KafkaValue{names::kafka_queue_bytes, [](K k) { return as_double(k.queue_bytes.get()); }},
    KafkaValue{names::kafka_brokers_up, [](K k) { return as_double(k.brokers_up.get()); }},
    KafkaValue{names::kafka_round_trip, [](K k) { return k.round_trip_seconds.get(); }},
    KafkaValue{names::kafka_round_trip_p99, [](K k) { return k.round_trip_p99_seconds.get(); }},
    KafkaValue{names::kafka_transaction_began,
               [](K k) { return as_double(k.transaction_began_ms.get()) / 1e3; }},
    KafkaValue{names::kafka_requests, [](K k) { return as_double(k.requests.get()); }},
    KafkaValue{names::kafka_sent_bytes, [](K k) { return as_double(k.sent_bytes.get()); }},
    KafkaValue{names::kafka_retries, [](K k) { return as_double(k.retries.get()); }},
    KafkaValue{names::kafka_timeouts, [](K k) { return as_double(k.timeouts.get()); }},
};

using JobsValue = ValueOf<JobCounters>;
using J = const JobCounters&;
constexpr std::array jobs_values{
    JobsValue{names::gap_seconds, [](J j) { return j.gap_seconds.get(); }},
    JobsValue{names::replay_events, [](J j) { return as_double(j.replay_events.get()); }},
    JobsValue{names::late_events, [](J j) { return as_double(j.late_events.get()); }},
    JobsValue{names::ledger_bytes, [](J j) { return as_double(j.ledger_bytes.get()); }},
    JobsValue{names::ledger_capacity, [](J j) { return as_double(j.ledger_capacity_bytes.get()); }},
    JobsValue{names::uncounted_jobs, [](J j) { return as_double(j.uncounted_jobs.get()); }},
    JobsValue{names::held_jobs, [](J j) { return as_double(j.held_jobs.get()); }},
    JobsValue{names::given_up_jobs, [](J j) { return as_double(j.given_up_jobs.get()); }},
    JobsValue{names::refused_jobs, [](J j) { return as_double(j.refused_jobs.get()); }},
    JobsValue{names::ignored_job_ids, [](J j) { return as_double(j.ignored_job_ids.get()); }},
    JobsValue{names::replay_dead_letters,
              [](J j) { return as_double(j.replay_dead_letters.get()); }},
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

// A sample for each of the first `count` values of an enumeration.
template <class Word, class Read>
void add_by_word(Family& family, const std::string& source, const char* label, std::size_t count,
                 Read read) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto word = static_cast<Word>(i);
    add_sample(family, {{"source", source}, {label, std::string(to_string(word))}},
               as_double(read(word)));
  }
}

template <std::size_t N>
Family by_reason(const Metric& metric, const std::array<std::string_view, N>& reasons,
                 const std::vector<HealthFinding>& findings) {
  Family family = family_of(metric);
  for (const std::string_view reason : reasons) {
    const auto named =
        std::count_if(findings.begin(), findings.end(),
                      [&](const HealthFinding& finding) { return finding.reason == reason; });
    add_sample(family, {{"reason", std::string(reason)}}, as_double(named));
  }
  return family;
}

// One sample a source for each of the values, read from what `part` makes of the source.
template <class Values, class Sources, class Part>
void add_values(std::vector<Family>& families, const Values& values, const Sources& sources,
                Part part) {
  for (const auto& value : values) {
    Family& family = families.emplace_back(family_of(value.metric));
    for (const auto& source : sources) {
      add_sample(family, {{"source", source.name}}, value.read(part(source)));
    }
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

std::vector<Family> Metrics::families(const HealthSnapshot& health) const {
  std::vector<Family> out;
  std::map<std::string_view, EventFigures> events;  // of one moment, for all that is made of them
  for (const Source& source : sources_) {
    events.emplace(source.name, source.counters->events());
  }
  using S = const Source&;
  add_values(out, source_values, sources_, [](S s) -> C { return *s.counters; });
  add_values(out, event_values, sources_, [&](S s) -> E { return events.at(s.name); });
  add_values(out, kafka_values, sources_, [](S s) -> K { return s.counters->kafka; });
  add_values(out, jobs_values, sources_, [](S s) -> J { return *s.jobs; });
  Family disconnects = family_of(names::disconnects);
  Family dead_letters = family_of(names::dead_letters);
  Family transactions = family_of(names::transactions);
  Family transaction_state = family_of(names::kafka_transaction_state);
  Family latency = family_of(names::publish_latency);
  Family gaps = family_of(names::gaps);
  Family replays = family_of(names::replays);
  Family jobs_by_status = family_of(names::jobs);
  for (const auto& [name, counters, jobs] : sources_) {
    add_by_state(gaps, name, "state", gap_words, jobs->gaps);
    add_by_state(replays, name, "result", replay_words, jobs->replays);
    add_by_state(jobs_by_status, name, "status", job_words, jobs->jobs);
    add_by_word<DisconnectCause>(disconnects, name, "cause", session_end_causes, [&](auto cause) {
      return counters->disconnects[static_cast<std::size_t>(cause)].get();
    });
    const auto& letters = events.at(name).left.dead_letters;
    add_by_word<DeadLetterReason>(
        dead_letters, name, "reason", dead_letter_reasons,
        [&](auto reason) { return letters[static_cast<std::size_t>(reason)]; });
    const auto transaction = counters->kafka.transaction.get();
    add_by_word<KafkaTransaction>(transaction_state, name, "state", kafka_transaction_states,
                                  [&](auto state) { return transaction == state ? 1 : 0; });
    for (const auto& [result, counter] :
         {std::pair("committed", &counters->transactions_committed),
          std::pair("aborted", &counters->transactions_aborted),
          std::pair("reinitialised", &counters->transactions_reinitialised)}) {
      add_sample(transactions, {{"source", name}, {"result", result}}, as_double(counter->get()));
    }
    add_latency(latency, name, counters->publish_latency);
  }
  for (Family* family : {&disconnects, &dead_letters, &transactions, &transaction_state, &latency,
                         &gaps, &replays, &jobs_by_status}) {
    out.push_back(std::move(*family));
  }

  const std::vector<HealthFinding> reasons = not_ready(health);
  add_sample(out.emplace_back(family_of(names::ready)), {}, reasons.empty() ? 1 : 0);
  out.push_back(by_reason(names::not_ready, not_ready_reasons, reasons));
  out.push_back(by_reason(names::degraded, degraded_reasons, degraded(health)));
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
  add_process_figure(out, names::allocated, process.allocated_bytes);
  add_process_figure(out, names::process_open_fds, process.open_fds);
  add_process_figure(out, names::process_max_fds, process.max_fds);
  add_process_figure(out, names::process_threads, process.threads);
  add_process_figure(out, names::process_start_time, started_at_);
  return out;
}

std::string Metrics::text(const HealthSnapshot& health) const {
  return prometheus_text(families(health));
}

std::string Metrics::open_metrics(const HealthSnapshot& health) const {
  return open_metrics_text(families(health));
}

}  // namespace penstock::ops
