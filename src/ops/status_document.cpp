#include "penstock/ops/status_document.hpp"

#include "penstock/core/json_writer.hpp"

namespace penstock::ops {

SourceStatus source_status(const SourceName& name, const SourceCounters& counters) {
  SourceStatus status;
  status.name = name.str();
  status.connected = counters.connected.get();
  status.sessions = counters.sessions.get();
  status.received_events = counters.received_events.get();
  status.published_events = counters.published_events.get();
  for (const Counter& counter : counters.dead_letters) {
    status.dead_letters += counter.get();
  }
  status.journal_events = counters.events().in_journal;
  status.journal_bytes = counters.journal_bytes.get();
  status.journal_capacity_bytes = counters.journal_capacity_bytes.get();
  if (const std::int64_t at = counters.last_event_ms.get(); at != 0) {
    status.last_event_at = WallTime(std::chrono::milliseconds(at));
  }
  return status;
}

std::string status_document(const StatusSnapshot& snapshot) {
  JsonWriter json;
  json.begin_object()
      .field("version", snapshot.version)
      .field("started_at", to_rfc3339(snapshot.started_at))
      .key("sources")
      .begin_array();
  for (const SourceStatus& source : snapshot.sources) {
    json.begin_object()
        .field("name", source.name)
        .field("connected", source.connected)
        .field("sessions", source.sessions)
        .field("received_events", source.received_events)
        .field("published_events", source.published_events)
        .field("dead_letters", source.dead_letters)
        .field("journal_events", source.journal_events)
        .field("journal_bytes", source.journal_bytes)
        .field("journal_capacity_bytes", source.journal_capacity_bytes)
        .key("last_event_at");
    if (source.last_event_at) {
      json.string(to_rfc3339(*source.last_event_at));
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array().end_object();
  return json.str();
}

}  // namespace penstock::ops
