#include "jobs/topic_records.hpp"

#include "penstock/core/json_writer.hpp"

namespace penstock::jobs {
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

std::string job_json(std::string_view id, const Job& job, WallTime now) {
  JsonWriter out;
  out.begin_object().field("job_id", id).field("status", to_string(job.state));
  field(out, "success", job.flags.success);
  field(out, "started", job.flags.started);
  field(out, "completed", job.flags.completed);
  field(out, "revoked", job.flags.revoked);
  out.field("settled", job.settled);
  field(out, "requested_at", job.requested_at);
  field(out, "finished_at", job.finished_at ? job.finished_at : job.ended_at);
  out.field("events", job.events).field("replays", job.replays);
  out.field("updated_at", to_rfc3339(now)).end_object();
  return std::move(out).str();
}

std::string gap_json(const SourceName& source, const Gap& gap) {
  JsonWriter out;
  out.begin_object().field("gap_id", gap.id).field("source", source.str());
  out.field("started_at", to_rfc3339(gap.started_at));
  field(out, "ended_at", gap.ended_at);
  out.field("cause", to_string(gap.cause)).field("truncated_bytes", gap.truncated_bytes);
  const auto estimated = gap.estimated_events();
  out.key("estimated_events");
  estimated ? out.number(*estimated) : out.null();
  out.field("state", to_string(gap.state)).key("jobs").begin_array();
  for (const std::string& job : gap.jobs) {
    out.string(job);
  }
  out.end_array().field("recovered_events", gap.recovered_events).field("note", gap.note);
  out.end_object();
  return std::move(out).str();
}

std::string gap_topic_key(const SourceName& source, const Gap& gap) {
  return source.str() + "/" + gap.id;
}

}  // namespace penstock::jobs
