// Answers on jobs: /v1/tasks and what is below it, and /_sim/jobs. Pure but for the state.
#pragma once

#include <string_view>

#include "simulator/control.hpp"

namespace penstock::simulator {

bool is_of_tasks(std::string_view path);
// Faults at tasks strike here. The request carries the token.
Answer answer_of_tasks(State& state, const ApiRequest& request);

// GET /_sim/jobs, out of band: a line a job, in the order of their creation, as NDJSON:
// {"job_id":…,"status":…,"requested_at":…,"started_at":…,"finished_at":…,"events":…}. `started` is
// a status here; `events` counts results so far.
Answer jobs(const State& state);

}  // namespace penstock::simulator
