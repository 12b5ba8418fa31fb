#include "simulator/control.hpp"

#include <rapidjson/document.h>

#include "penstock/core/json_writer.hpp"
#include "simulator/tasks.hpp"

namespace penstock::simulator {
namespace {

void append_responses(JsonWriter& json, const std::map<unsigned, std::uint64_t>& counts) {
  json.key("responses").begin_object();
  for (const auto& [status, count] : counts) {
    json.field(std::to_string(status), count);
  }
  json.end_object();
}

void append_figures(JsonWriter& json, const SourceStats& figures) {
  json.begin_object();
  json.field("connected", figures.connected).field("sessions", figures.sessions);
  json.field("lines", figures.lines).field("bytes", figures.bytes);
  json.key("faults").begin_object();
  for (const auto& [kind, count] : figures.faults) {
    json.field(kind, count);
  }
  json.end_object();
  append_responses(json, figures.responses);
  json.end_object();
}

Answer stats(const State& state) {
  JsonWriter json;
  json.begin_object().key("sources").begin_object();
  for (const SourceState& source : state.sources) {
    append_figures(json.key(to_string(source.source)), state.stats(source));
  }
  json.end_object();
  append_figures(json.key("replay"), state.stats(state.of(FaultPlace::replay)));
  append_figures(json.key("tasks"), state.stats(state.of(FaultPlace::tasks)));
  append_figures(json.key("query"), state.stats(state.of(FaultPlace::query)));
  append_figures(json.key("pictures"), state.stats(state.of(FaultPlace::pictures)));
  append_responses(json, state.other_responses);
  return {200, json.end_object().str(), "application/json", {}};
}

// As a SPEC writes it; empty where it can't stand in one.
std::string spec_value(const rapidjson::Value& value) {
  if (value.IsString()) {
    return {value.GetString(), value.GetStringLength()};
  }
  if (value.IsUint()) {
    return std::to_string(value.GetUint());
  }
  return value.IsDouble() ? std::to_string(value.GetDouble()) : "";
}

// {"kind":"reset","source":"firehose"}; also what a SPEC has of "for", "retry_after", "fraction".
Answer inject(State& state, std::string_view body) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (document.HasParseError() || !document.IsObject()) {
    return error_answer(400, "The body must be a JSON object such as {\"kind\":\"reset\"}.");
  }
  std::string spec;
  for (const auto& member : document.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    const std::string value = spec_value(member.value);
    if (name == "source" && member.value.IsNull()) {
      continue;
    }
    if (name == "kind") {
      spec.insert(0, value);
    } else if (name == "source" || name == "for" || name == "retry_after" || name == "fraction") {
      spec.append(":").append(name).append("=").append(value);
    } else {
      return error_answer(400, "The members are kind, source, for, retry_after and fraction.");
    }
  }
  const Result<std::vector<FaultRule>> rules = parse_faults(spec);
  if (!rules) {
    return error_answer(400, rules.error().what);
  }
  if (rules->size() != 1) {
    return error_answer(400, "The member kind must name one fault.");
  }
  const FaultRule& asked = rules->front();
  if (asked.place == FaultPlace::streams) {
    state.inject(asked.fault, asked.source);
  } else {
    state.inject(asked.fault, asked.place);
  }
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

Answer answer(State& state, const ApiRequest& request) {
  const auto is = [&](std::string_view method, std::string_view path) {
    return request.method == method && request.path == path;
  };
  if (is("GET", "/_sim/stats")) {
    return stats(state);
  }
  if (is("POST", "/_sim/fault")) {
    return inject(state, request.body);
  }
  if (is("GET", "/_sim/jobs")) {
    return jobs(state);
  }
  if (request.path.starts_with("/v1/") && !request.authorised) {
    return error_answer(401, "Could not validate token.");
  }
  if (is_of_tasks(request.path)) {
    return answer_of_tasks(state, request);
  }
  return error_answer(404, "There is nothing here.");
}

}  // namespace penstock::simulator
