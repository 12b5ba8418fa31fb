#include "penstock/ops/status_document.hpp"

#include <numeric>

#include "penstock/core/json_writer.hpp"

namespace penstock::ops {
namespace {

template <std::size_t N>
std::array<std::uint64_t, N> read(const std::array<Gauge<std::uint64_t>, N>& gauges) {
  std::array<std::uint64_t, N> values{};
  for (std::size_t i = 0; i < N; ++i) {
    values[i] = gauges[i].get();
  }
  return values;
}

void field(JsonWriter& json, std::string_view name, const std::optional<WallTime>& time) {
  json.key(name);
  time ? json.string(to_rfc3339(*time)) : json.null();
}

void field(JsonWriter& json, std::string_view name, const std::optional<double>& value) {
  json.key(name);
  value ? json.number(*value) : json.null();
}

template <std::size_t N>
void field(JsonWriter& json, std::string_view name, const std::array<const char*, N>& words,
           const std::array<std::uint64_t, N>& values) {
  json.key(name).begin_object();
  for (std::size_t i = 0; i < N; ++i) {
    json.field(words[i], values[i]);
  }
  json.end_object();
}

void write(JsonWriter& json, const SourceHistory& history) {
  json.key("history").begin_object();
  json.field("interval_seconds", std::int64_t{SourceHistory::interval.count()});
  json.key("events_per_second").begin_array();
  for (const HistoryPoint& point : history.points()) {
    json.number(point.events_per_second);
  }
  json.end_array().key("lag_seconds").begin_array();
  for (const HistoryPoint& point : history.points()) {
    point.lag_seconds ? json.number(*point.lag_seconds) : json.null();
  }
  json.end_array().end_object();
}

template <class View>
void field(JsonWriter& json, std::string_view name, const std::vector<View>& views) {
  json.key(name).begin_array();
  for (const View& view : views) {
    write_json(json, view);
  }
  json.end_array();
}

void write(JsonWriter& json, const SourceStatus& source) {
  json.begin_object().field("name", source.name);
  json.field("connected", source.health.connected);
  field(json, "connected_since", source.connected_since);
  field(json, "last_event_at", source.last_event_at);
  field(json, "events_per_second", source.history.events_per_second());
  json.field("sessions", source.sessions);
  json.field("received_bytes", source.received_bytes);
  json.field("received_events", source.received_events);
  json.field("recovered_events", source.recovered_events);
  json.field("published_events", source.published_events);
  json.field("duplicate_events", source.duplicate_events);
  json.field("filtered_events", source.filtered_events);
  json.key("dead_letters").begin_object();
  for (std::size_t i = 0; i < source.dead_letters.size(); ++i) {
    json.field(to_string(static_cast<DeadLetterReason>(i)), source.dead_letters[i]);
  }
  json.end_object();
  json.field("journal_events", source.journal_events);
  json.field("journal_bytes", source.journal_bytes);
  json.field("journal_capacity_bytes", source.journal_capacity_bytes);
  field(json, "gaps", gap_words, source.gaps);
  field(json, "jobs", job_words, source.jobs);
  field(json, "replays", replay_words, source.replays);
  field(json, "running_replays", source.latest.replays);
  field(json, "latest_gaps", source.latest.gaps);
  field(json, "latest_jobs", source.latest.jobs);
  write(json, source.history);
  json.end_object();
}

}  // namespace

std::uint64_t SourceStatus::dead_letters_of_all_reasons() const {
  return std::accumulate(dead_letters.begin(), dead_letters.end(), std::uint64_t{0});
}

SourceStatus source_status(const SourceName& name, const SourceCounters& counters,
                           const JobCounters& jobs) {
  SourceStatus status;
  status.name = name.str();
  status.sessions = counters.sessions.get();
  status.received_bytes = counters.received_bytes.get();
  const EventFigures events = counters.events();
  status.received_events = events.received;
  status.recovered_events = events.recovered;
  status.published_events = events.left.published;
  status.duplicate_events = events.left.duplicate;
  status.filtered_events = events.left.filtered;
  status.dead_letters = events.left.dead_letters;
  status.journal_events = events.in_journal;
  status.journal_bytes = counters.journal_bytes.get();
  status.journal_capacity_bytes = counters.journal_capacity_bytes.get();
  if (const std::int64_t at = counters.last_event_ms.get(); at != 0) {
    status.last_event_at = WallTime(std::chrono::milliseconds(at));
  }
  status.gaps = read(jobs.gaps);
  status.replays = read(jobs.replays);
  status.jobs = read(jobs.jobs);
  return status;
}

std::string status_document(const StatusSnapshot& snapshot) {
  JsonWriter json;
  json.begin_object()
      .field("version", snapshot.version)
      .field("host", snapshot.host)
      .field("instance", snapshot.instance)
      .field("started_at", to_rfc3339(snapshot.started_at))
      .field("at", to_rfc3339(snapshot.now))
      .field("ready", not_ready(snapshot.health).empty());
  write_findings(json, snapshot.health);
  json.key("sources").begin_array();
  for (const SourceStatus& source : snapshot.sources) {
    write(json, source);
  }
  json.end_array().key("latest_events").begin_array();
  for (const StatusEvent& event : snapshot.events) {
    json.begin_object()
        .field("at", to_rfc3339(event.at))
        .field("source", event.source)
        .field("event", event.event)
        .field("detail", event.detail)
        .end_object();
  }
  json.end_array().end_object();
  return std::move(json).str();
}

}  // namespace penstock::ops
