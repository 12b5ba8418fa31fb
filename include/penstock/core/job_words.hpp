// What is said about jobs between the rooms: by the API, by status events, by replays.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/time.hpp"

namespace penstock {

// The `status` object of a job_status event. None: null, missing, or no boolean; not known yet.
struct JobFlags {
  std::optional<bool> success, started, completed, revoked;
  bool operator==(const JobFlags&) const = default;
};

// One entry of `GET /v1/tasks`, or the answer of `GET /v1/tasks/<id>/status`.
struct Task {
  std::string job_id{};  // as the API writes it
  std::string status{};  // the API's word, in its case
  std::optional<WallTime> requested_at{};
  std::optional<WallTime> finished_at{};
  std::string description{};
};

// How an attempt to replay a job ended.
enum class ReplayEnd : std::uint8_t {
  clean,   // the body came to its end
  broken,  // it didn't
  gone,    // 404: not available any more
  refused  // no body: another status, no connection
};
std::string_view to_string(ReplayEnd end) noexcept;

// Job ids compare without the literal `client-` that events carry and tasks don't.
std::string_view normal_job_id(std::string_view id) noexcept;

}  // namespace penstock
