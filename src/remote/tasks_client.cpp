#include "penstock/remote/tasks_client.hpp"

#include "remote/api_json.hpp"

namespace penstock::remote {
namespace {

// The body of an answer as what `parse` reads in it.
template <class Parse>
auto read_answer(const RestResult<std::string>& body, Parse parse)
    -> RestResult<typename decltype(parse(*body))::value_type> {
  if (!body) {
    return body.error();
  }
  auto parsed = parse(*body);
  if (!parsed) {
    return RestError{RestError::Kind::server_error, std::nullopt, parsed.error().what};
  }
  return std::move(*parsed);
}

}  // namespace

void list_tasks(RestClient& client, std::function<void(RestResult<std::vector<Task>>)> done) {
  client.get({"v1", "tasks"}, limits::tasks_answer,
             [done = std::move(done)](const RestResult<std::string>& body) {
               done(read_answer(body, parse_tasks));
             });
}

void ask_status(RestClient& client, const std::string& job_id,
                std::function<void(RestResult<Task>)> done) {
  client.get(
      {"v1", "tasks", std::string(normal_job_id(job_id)), "status"}, limits::tasks_answer,
      [job_id, done = std::move(done)](const RestResult<std::string>& body) {
        done(read_answer(body, [&](std::string_view text) { return parse_status(text, job_id); }));
      });
}

}  // namespace penstock::remote
