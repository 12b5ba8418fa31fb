#include "penstock/core/job_views.hpp"

namespace penstock {
namespace {

void field(JsonWriter& out, std::string_view name, const std::optional<WallTime>& time) {
  out.key(name);
  time ? out.string(to_rfc3339(*time)) : out.null();
}

void field(JsonWriter& out, std::string_view name, const std::optional<bool>& flag) {
  out.key(name);
  flag ? out.boolean(*flag) : out.null();
}

}  // namespace

void write_json(JsonWriter& out, const JobView& job) {
  out.begin_object().field("job_id", job.job_id).field("status", job.status);
  field(out, "success", job.flags.success);
  field(out, "started", job.flags.started);
  field(out, "completed", job.flags.completed);
  field(out, "revoked", job.flags.revoked);
  out.field("settled", job.settled);
  field(out, "requested_at", job.requested_at);
  field(out, "finished_at", job.finished_at);
  out.field("events", job.events).field("replays", job.replays);
  out.field("updated_at", to_rfc3339(job.updated_at)).end_object();
}

void write_json(JsonWriter& out, const GapView& gap) {
  out.begin_object().field("gap_id", gap.gap_id).field("source", gap.source);
  out.field("started_at", to_rfc3339(gap.started_at));
  field(out, "ended_at", gap.ended_at);
  out.field("cause", to_string(gap.cause)).field("truncated_bytes", gap.truncated_bytes);
  out.key("estimated_events");
  gap.estimated_events ? out.number(*gap.estimated_events) : out.null();
  out.field("state", gap.state).key("jobs").begin_array();
  for (const std::string& job : gap.jobs) {
    out.string(job);
  }
  out.end_array().field("recovered_events", gap.recovered_events).field("note", gap.note);
  out.end_object();
}

void write_json(JsonWriter& out, const ReplayView& replay) {
  out.begin_object().field("job_id", replay.job_id);
  out.field("started_at", to_rfc3339(replay.started_at));
  out.field("delivered_events", replay.delivered_events);
  out.field("published_events", replay.published_events).end_object();
}

}  // namespace penstock
