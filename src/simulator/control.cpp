#include "simulator/control.hpp"

#include <rapidjson/document.h>

#include "penstock/core/json_writer.hpp"
#include "penstock/core/time.hpp"

namespace penstock::simulator {
namespace {

constexpr std::size_t tasks_listed = 50;  // "the latest requested jobs", says the API

std::string time_of(std::uint64_t n) {
  return to_rfc3339(WallTime(std::chrono::milliseconds(EventGenerator::time_ms(n))));
}

// A job is over when its completed message was produced.
std::string_view status_of(const StreamJob& job, std::uint64_t produced) {
  return job.last < produced ? job.outcome : "requested";
}

Answer tasks(const State& state) {
  const std::uint64_t produced = state.of(Source::stream).next;
  JsonWriter json;
  json.begin_array();
  for (const StreamJob& job : state.generator.jobs_before(produced, tasks_listed)) {
    json.begin_object().field("status", status_of(job, produced));
    json.field("requested_at", time_of(job.first)).field("description", "simulated");
    json.key("finished_at");
    if (job.last < produced) {
      json.string(time_of(job.last));
    } else {
      json.null();
    }
    json.key("options").begin_array().begin_object();
    json.key("targets").begin_array().string("192.0.2.0/24").end_array();
    json.key("ports").begin_array().begin_object().field("port", "80,443").key("modules");
    json.begin_array().string("service-simple").end_array().end_object().end_array();
    json.end_object().end_array();
    json.field("job_id", job.id).end_object();
  }
  return {200, json.end_array().str(), "application/json", {}};
}

Answer task_status(const State& state, std::string_view id) {
  const std::uint64_t produced = state.of(Source::stream).next;
  for (const StreamJob& job : state.generator.jobs_before(produced, tasks_listed)) {
    if (job.id == id) {
      return {
          200,
          JsonWriter{}.begin_object().field("status", status_of(job, produced)).end_object().str(),
          "application/json",
          {}};
    }
  }
  return error_answer(404, "No such job.");
}

Answer stats(const State& state) {
  const auto responses = [](JsonWriter& json, const std::map<unsigned, std::uint64_t>& counts) {
    json.key("responses").begin_object();
    for (const auto& [status, count] : counts) {
      json.field(std::to_string(status), count);
    }
    json.end_object();
  };
  JsonWriter json;
  json.begin_object().key("sources").begin_object();
  for (const Source source : all_sources) {
    const SourceStats figures = state.stats(source);
    json.key(to_string(source)).begin_object();
    json.field("connected", figures.connected).field("sessions", figures.sessions);
    json.field("lines", figures.lines).field("bytes", figures.bytes);
    json.key("faults").begin_object();
    for (const auto& [kind, count] : figures.faults) {
      json.field(kind, count);
    }
    json.end_object();
    responses(json, figures.responses);
    json.end_object();
  }
  json.end_object();
  responses(json, state.other_responses);
  return {200, json.end_object().str(), "application/json", {}};
}

// {"kind":"reset","source":"firehose"}; also "for" (as in a SPEC) and "retry_after" (seconds).
Answer inject(State& state, std::string_view body) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (document.HasParseError() || !document.IsObject()) {
    return error_answer(400, "The body must be a JSON object such as {\"kind\":\"reset\"}.");
  }
  std::string spec;
  std::optional<Source> source;
  for (const auto& member : document.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    std::string value;
    if (member.value.IsString()) {
      value.assign(member.value.GetString(), member.value.GetStringLength());
    } else if (member.value.IsUint()) {
      value = std::to_string(member.value.GetUint());
    }
    if (name == "source" && member.value.IsNull()) {
      continue;
    }
    if (name == "kind") {
      spec.insert(0, value);
    } else if (name == "source" || name == "for" || name == "retry_after") {
      spec.append(":").append(name).append("=").append(value);
    } else {
      return error_answer(400, "There is no member but kind, source, for and retry_after.");
    }
  }
  const Result<std::vector<FaultRule>> rules = parse_faults(spec);
  if (!rules) {
    return error_answer(400, rules.error().what);
  }
  if (rules->size() != 1) {
    return error_answer(400, "The member kind must name one fault.");
  }
  state.inject(rules->front().fault, rules->front().source);
  return {200, R"({"message":"Fault armed"})", "application/json", {}};
}

}  // namespace

std::string_view reason_phrase(unsigned status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 420:
      return "Enhance Your Calm";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    default:
      return "Service Unavailable";
  }
}

Answer error_answer(unsigned status, std::string_view message) {
  return {status,
          JsonWriter{}
              .begin_object()
              .field("status", std::uint64_t{status})
              .field("title", reason_phrase(status))
              .field("message", message)
              .end_object()
              .str(),
          "application/json",
          {}};
}

std::optional<Answer> fault_answer(const Fault& fault, std::string_view host,
                                   std::string_view target) {
  const auto with_retry = [&](Answer made, std::optional<std::uint32_t> seconds) {
    if (seconds) {
      made.headers = "Retry-After: " + std::to_string(*seconds) + "\r\n";
    }
    return made;
  };
  const auto moved_to = [&](std::string_view origin) {
    Answer made{307, {}, "text/plain", {}};
    made.headers.append("Location: https://").append(origin).append(target).append("\r\n");
    return made;
  };
  switch (fault.kind) {
    case FaultKind::http_401:
      return with_retry(error_answer(401, "Could not validate token."), fault.retry_after);
    case FaultKind::http_403:
      return with_retry(error_answer(403, "No access to this stream."), fault.retry_after);
    case FaultKind::http_404:
      return with_retry(error_answer(404, "No such stream."), fault.retry_after);
    case FaultKind::http_420:
      return with_retry(error_answer(420, "Too many connections."), fault.retry_after);
    case FaultKind::http_429:
      return with_retry(error_answer(429, "Too many requests."), fault.retry_after.value_or(1));
    case FaultKind::http_500:
      return with_retry({500, "<html><h1>500 Internal Server Error</h1></html>\n", "text/html", {}},
                        fault.retry_after);
    case FaultKind::http_503:
      return with_retry({503, {}, "text/plain", {}}, fault.retry_after);
    case FaultKind::redirect:
      return moved_to(host);
    case FaultKind::redirect_elsewhere:
      return moved_to("elsewhere.invalid");
    default:
      return std::nullopt;
  }
}

Answer answer(State& state, std::string_view method, std::string_view path, std::string_view body,
              bool authorised) {
  if (path == "/_sim/stats" && method == "GET") {
    return stats(state);
  }
  if (path == "/_sim/fault" && method == "POST") {
    return inject(state, body);
  }
  if (path.starts_with("/v1/") && !authorised) {
    return error_answer(401, "Could not validate token.");
  }
  if (path == "/v1/tasks" && method == "GET") {
    return tasks(state);
  }
  constexpr std::string_view prefix = "/v1/tasks/", suffix = "/status";
  if (method == "GET" && path.starts_with(prefix) && path.ends_with(suffix) &&
      path.size() > prefix.size() + suffix.size()) {
    path.remove_prefix(prefix.size());
    path.remove_suffix(suffix.size());
    return task_status(state, path);
  }
  return error_answer(404, "There is nothing here.");
}

}  // namespace penstock::simulator
