// The API's answers about jobs (API V1 documentation, sections Tasks and Job Status). On the
// client's thread; `done` is called as RestClient calls back.
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

}  // namespace penstock::remote
