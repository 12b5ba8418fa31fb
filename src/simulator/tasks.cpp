#include "simulator/tasks.hpp"

#include <rapidjson/document.h>

#include "penstock/core/json_writer.hpp"
#include "simulator/json_rewrite.hpp"
#include "simulator/task_check.hpp"

namespace penstock::simulator {
namespace {

constexpr std::string_view root = "/v1/tasks";

// As the API's document shows times: 2017-04-10T17:44:58.636681+00:00.
std::string api_time(WallTime time) {
  std::string text = to_rfc3339(time);
  text.pop_back();
  return text + "000+00:00";
}

// A job runs as `requested`: the document knows no other word for it.
std::string_view api_status(JobStatus status) {
  return to_string(status == JobStatus::started ? JobStatus::requested : status);
}

// The list writes the words with a capital letter, as in the document's example.
std::string capitalised(std::string_view word) {
  std::string text(word);
  text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

// `options` is JSON.
void append_task(std::string& out, std::string_view id, std::string_view status, WallTime requested,
                 std::optional<WallTime> finished, const JobTask& task) {
  JsonWriter json;
  json.begin_object().field("status", capitalised(status));
  json.field("requested_at", api_time(requested)).field("description", task.description);
  json.key("finished_at");
  finished ? json.string(api_time(*finished)) : json.null();
  json.end_object();
  out += out.ends_with('[') ? "" : ",";
  out += json.str();
  out.back() = ',';
  out.append("\"options\":").append(task.options);
  out.append(",\"job_id\":\"").append(id).append("\"}");
}

// The made-up jobs of an endless /stream. One is over when its last message was sent.
struct EndlessJobs {
  const SourceState& stream;
  const EventGenerator& generator;

  std::vector<StreamJob> latest(std::size_t count) const {
    return generator.jobs_before(stream.next, count);
  }
  std::string_view status_of(const StreamJob& job) const {
    return job.last < stream.next ? job.outcome : "requested";
  }
  WallTime time_of(std::uint64_t n) const { return WallTime(Duration(stream.script.times.of(n))); }
};

Answer json_answer(std::string body) { return {200, std::move(body), "application/json", {}}; }

Answer list(const State& state) {
  const std::size_t count = state.options.tasks_listed;
  std::string body = "[";
  if (state.makes_up_jobs()) {
    const EndlessJobs jobs{state.of(Source::stream), state.generator};
    for (const StreamJob& job : jobs.latest(count)) {
      const bool over = job.last < jobs.stream.next;
      append_task(body, job.id, jobs.status_of(job), jobs.time_of(job.first),
                  over ? std::optional(jobs.time_of(job.last)) : std::nullopt, {});
    }
    return json_answer(body + "]");
  }
  const std::deque<Job>& jobs = state.book.jobs();
  for (std::size_t i = 0; i < jobs.size() && i < count; ++i) {
    const Job& job = jobs[jobs.size() - 1 - i];
    const JobSummary told = state.job_lines.summary(job);
    append_task(body, job.id, api_status(told.status), told.requested_at, told.finished_at,
                job.task);
  }
  return json_answer(body + "]");
}

Answer status(const State& state, std::string_view id) {
  std::string_view word;
  if (const Job* job = state.book.find(id)) {
    word = api_status(job->life.status());
  } else if (state.makes_up_jobs()) {
    const EndlessJobs jobs{state.of(Source::stream), state.generator};
    for (const StreamJob& made_up : jobs.latest(state.options.tasks_listed)) {
      word = made_up.id == id ? jobs.status_of(made_up) : word;
    }
  }
  if (word.empty()) {
    return error_answer(404, "No such job.");
  }
  return json_answer(JsonWriter{}.begin_object().field("status", word).end_object().str());
}

Answer revoke(State& state, std::string_view id) {
  const Job* job = state.book.find(id);
  if (job == nullptr) {
    return error_answer(404, "No such job.");
  }
  if (!state.book.revoke(*job)) {
    return error_answer(400, "The job is over.");
  }
  return json_answer(R"({"message": "Job revoked"})");
}

Answer create(State& state, const ApiRequest& request) {
  rapidjson::Document task;
  task.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
      request.body.data(), request.body.size());
  if (task.HasParseError() || !task.IsObject()) {
    return error_answer(400, "The body must be a JSON object.");
  }
  if (const std::string wrong = wrong_with(task); !wrong.empty()) {
    return error_answer(400, wrong);
  }
  JobTask asked{"", std::string(member_text(request.body, "options")), {}};
  if (const auto given = task.FindMember("description"); given != task.MemberEnd()) {
    asked.description.assign(given->value.GetString(), given->value.GetStringLength());
  }
  for (const auto& option : task["options"].GetArray()) {
    for (const auto& target : option["targets"].GetArray()) {
      asked.targets.emplace_back(target.GetString(), target.GetStringLength());
    }
  }
  const Job& job = state.create_job(std::nullopt, std::move(asked));
  const std::string url = "https://" + std::string(request.host) + "/v1/stream";
  JsonWriter json;
  json.begin_object().field("stream_url", url).field("job_id", job.id).end_object();
  return json_answer(json.str());
}

}  // namespace

bool is_of_tasks(std::string_view path) {
  return path == root || (path.starts_with(root) && path[root.size()] == '/');
}

Answer answer_of_tasks(State& state, const ApiRequest& request) {
  state.of(FaultPlace::tasks).faults.on_request();
  if (const auto fault = state.of(FaultPlace::tasks).faults.take(FaultGroup::connection)) {
    if (auto refusal = fault_answer(*fault, request.host, request.path)) {
      return *refusal;
    }
  }
  std::string_view rest = request.path.substr(root.size());
  if (rest.empty()) {
    return request.method == "POST"  ? create(state, request)
           : request.method == "GET" ? list(state)
                                     : error_answer(404, "There is nothing here.");
  }
  rest.remove_prefix(1);
  const std::size_t slash = rest.find('/');
  const std::string_view id = rest.substr(0, slash);
  const std::string_view what = slash == std::string_view::npos ? "" : rest.substr(slash);
  if (request.method == "GET" && what == "/status") {
    return status(state, id);
  }
  if (request.method == "POST" && what == "/revoke") {
    return revoke(state, id);
  }
  return error_answer(404, "There is nothing here.");
}

Answer jobs(const State& state) {
  std::string body;
  for (const Job& job : state.book.jobs()) {
    const JobSummary told = state.job_lines.summary(job);
    JsonWriter json;
    const auto time = [&json](const char* name, std::optional<WallTime> at) {
      json.key(name);
      at ? json.string(to_rfc3339(*at)) : json.null();
    };
    json.begin_object().field("job_id", told.id).field("status", to_string(told.status));
    time("requested_at", told.requested_at);
    time("started_at", told.started_at);
    time("finished_at", told.finished_at);
    json.field("events", std::uint64_t{told.events}).end_object();
    body += json.str() + "\n";
  }
  return {200, body, "application/x-ndjson", {}};
}

}  // namespace penstock::simulator
