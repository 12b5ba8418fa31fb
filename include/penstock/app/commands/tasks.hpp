// The API's tasks, for commands. All of it waits for the API; SIGINT and SIGTERM end the waiting.
#pragma once

#include <string>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/job_words.hpp"
#include "penstock/remote/tasks_client.hpp"
#include "penstock/settings/load.hpp"

namespace penstock::app {

// GET /v1/tasks
Result<std::vector<Task>> list_tasks(const settings::Loaded& loaded,
                                     const settings::Inputs& inputs);
// GET /v1/tasks/<id>/status
Result<Task> task_status(const settings::Loaded& loaded, const settings::Inputs& inputs,
                         const std::string& job);
// The same two as the API answers: each value on one line.
Result<std::vector<std::string>> list_tasks_json(const settings::Loaded& loaded,
                                                 const settings::Inputs& inputs);
Result<std::vector<std::string>> task_status_json(const settings::Loaded& loaded,
                                                  const settings::Inputs& inputs,
                                                  const std::string& job);

// POST /v1/tasks with `body` as it is.
Result<remote::CreatedTask> create_task(const settings::Loaded& loaded,
                                        const settings::Inputs& inputs, const std::string& body);

// What the API says to it, as it came.
Result<std::string> revoke_task(const settings::Loaded& loaded, const settings::Inputs& inputs,
                                const std::string& job);

}  // namespace penstock::app
