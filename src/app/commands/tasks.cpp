#include "penstock/app/commands/tasks.hpp"

#include "app/commands/api_calls.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/query_client.hpp"

namespace penstock::app {
namespace {

using remote::RestResult;

std::string of_job(const std::string& job, const char* what) {
  return "/v1/tasks/" + printable(normal_job_id(job)) + what;
}

template <class T>
Result<T> told(const std::string& asked, RestResult<T> answer) {
  if (!answer) {
    return api_error(asked, answer.error());
  }
  return std::move(*answer);
}

Result<std::vector<std::string>> values_of(const settings::Loaded& loaded,
                                           const settings::Inputs& inputs,
                                           remote::RestRequest request, const std::string& asked) {
  ApiCalls api(loaded, inputs);
  std::vector<std::string> values;
  const auto end = api.wait<void>([&](auto done) {
    remote::run_query(
        api.client(), std::move(request), limits::tasks_answer,
        [&](std::string_view value) {
          values.emplace_back(value);
          return true;
        },
        std::move(done));
  });
  if (!end) {
    return api_error(asked, end.error());
  }
  return values;
}

}  // namespace

Result<std::vector<Task>> list_tasks(const settings::Loaded& loaded,
                                     const settings::Inputs& inputs) {
  ApiCalls api(loaded, inputs);
  return told("GET /v1/tasks", api.wait<std::vector<Task>>([&](auto done) {
    remote::list_tasks(api.client(), std::move(done));
  }));
}

Result<Task> task_status(const settings::Loaded& loaded, const settings::Inputs& inputs,
                         const std::string& job) {
  ApiCalls api(loaded, inputs);
  return told("GET " + of_job(job, "/status"), api.wait<Task>([&](auto done) {
    remote::ask_status(api.client(), job, std::move(done));
  }));
}

Result<std::vector<std::string>> list_tasks_json(const settings::Loaded& loaded,
                                                 const settings::Inputs& inputs) {
  return values_of(loaded, inputs, {.path = {"v1", "tasks"}}, "GET /v1/tasks");
}

Result<std::vector<std::string>> task_status_json(const settings::Loaded& loaded,
                                                  const settings::Inputs& inputs,
                                                  const std::string& job) {
  return values_of(loaded, inputs,
                   {.path = {"v1", "tasks", std::string(normal_job_id(job)), "status"}},
                   "GET " + of_job(job, "/status"));
}

Result<remote::CreatedTask> create_task(const settings::Loaded& loaded,
                                        const settings::Inputs& inputs, const std::string& body) {
  ApiCalls api(loaded, inputs);
  auto answer = api.wait<remote::CreatedTask>(
      [&](auto done) { remote::create_task(api.client(), body, std::move(done)); });
  if (!answer) {
    return created_error(answer.error());
  }
  return std::move(*answer);
}

Result<std::string> revoke_task(const settings::Loaded& loaded, const settings::Inputs& inputs,
                                const std::string& job) {
  ApiCalls api(loaded, inputs);
  return told("POST " + of_job(job, "/revoke"), api.wait<std::string>([&](auto done) {
    remote::revoke_task(api.client(), job, std::move(done));
  }));
}

}  // namespace penstock::app
