// The API's calls about jobs (API V1 documentation, sections Tasks and Job Status). On the client's
// thread; `done` is called as RestClient calls back.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "penstock/core/job_words.hpp"
#include "penstock/remote/rest_client.hpp"

namespace penstock::remote {

// GET /v1/tasks: the latest jobs, as the API orders them. An entry may lack its status.
void list_tasks(RestClient& client, std::function<void(RestResult<std::vector<Task>>)> done);

// GET /v1/tasks/<id>/status; the id with or without `client-`. The answer has a status.
void ask_status(RestClient& client, const std::string& job_id,
                std::function<void(RestResult<Task>)> done);

struct CreatedTask {
  std::string job_id;
  std::string stream_url;  // as the API writes it; may be empty
};
// POST /v1/tasks with `body` (task_request.hpp) as it is. Where it fails with `was_sent`, whether
// there is a job now isn't known.
void create_task(RestClient& client, std::string body,
                 std::function<void(RestResult<CreatedTask>)> done);

// POST /v1/tasks/<id>/revoke. What the API says to it.
void revoke_task(RestClient& client, const std::string& job_id,
                 std::function<void(RestResult<std::string>)> done);

}  // namespace penstock::remote
