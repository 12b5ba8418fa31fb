// Jobs of the simulated API: what they are to be like, and what became of them.
//
// A job is requested, starts, has results spread over its time, and ends in success, failure or
// revocation. Ids are UUIDs; on /stream they have `client-` in front, elsewhere they haven't.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::simulator {

enum class JobStatus : std::uint8_t { requested, started, success, failed, revoked };
std::string_view to_string(JobStatus status) noexcept;
inline bool is_over(JobStatus status) { return status >= JobStatus::success; }

// One job as it is to be.
struct JobPlan {
  std::uint32_t events = 100;              // results; status messages come on top
  Duration queued{};                       // from its creation to its start
  Duration lasts{1000};                    // from its start to its end
  JobStatus outcome = JobStatus::success;  // success, failed or revoked
  double twins = 0;  // probability that a result is the exact copy of an earlier one
};

// What jobs are like that nobody planned: those of the schedule and of POST /v1/tasks.
struct JobOptions {
  std::optional<Duration> every;  // then there is a new one, more than 0; none: no schedule
  // On average: a job has from half to one and a half of each.
  std::uint32_t events = 200;
  Duration lasts{20'000};  // it waits a tenth of that before it starts
  // Probabilities.
  double failed = 0.1;
  double revoked = 0.1;
  double twins = 0.02;  // of each result
};

struct JobSummary {
  std::string id;  // without `client-`
  JobStatus status = JobStatus::requested;
  WallTime requested_at{};
  std::optional<WallTime> started_at{};
  std::optional<WallTime> finished_at{};
  std::uint32_t events = 0;  // results so far
};

// A line of a job, whether a session carried it or not.
struct JobLine {
  std::string_view job;    // as on the wire
  bool is_status = false;  // a status message
  std::string_view bytes;  // without line end; valid during the call
};

}  // namespace penstock::simulator
