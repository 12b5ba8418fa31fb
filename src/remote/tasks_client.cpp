#include "penstock/remote/tasks_client.hpp"

#include "remote/api_json.hpp"
#include "remote/read_answer.hpp"

namespace penstock::remote {
namespace {

std::string path_id(const std::string& job_id) { return std::string(normal_job_id(job_id)); }

}  // namespace

void list_tasks(RestClient& client, std::function<void(RestResult<std::vector<Task>>)> done) {
  client.ask({.path = {"v1", "tasks"}}, limits::tasks_answer,
             parsed_for(std::move(done), parse_tasks));
}

void ask_status(RestClient& client, const std::string& job_id,
                std::function<void(RestResult<Task>)> done) {
  client.ask({.path = {"v1", "tasks", path_id(job_id), "status"}}, limits::tasks_answer,
             parsed_for(std::move(done),
                        [job_id](std::string_view text) { return parse_status(text, job_id); }));
}

void create_task(RestClient& client, std::string body,
                 std::function<void(RestResult<CreatedTask>)> done) {
  client.ask({.method = Method::post, .path = {"v1", "tasks"}, .body = std::move(body)},
             limits::tasks_answer, parsed_for(std::move(done), parse_created));
}

void revoke_task(RestClient& client, const std::string& job_id,
                 std::function<void(RestResult<std::string>)> done) {
  client.ask({.method = Method::post, .path = {"v1", "tasks", path_id(job_id), "revoke"}},
             limits::tasks_answer, parsed_for(std::move(done), parse_message));
}

}  // namespace penstock::remote
