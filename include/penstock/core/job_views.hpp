// Jobs, gaps and replays as they are shown: on `<prefix>.jobs` and `<prefix>.gaps`, in /status and
// on the status page. Plain data; the field names in JSON are the contract's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/job_words.hpp"
#include "penstock/core/json_writer.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/core/time.hpp"

namespace penstock {

struct JobView {
  std::string job_id;  // normal id
  std::string_view status;
  JobFlags flags{};
  bool settled = false;
  std::optional<WallTime> requested_at{}, finished_at{};
  std::uint64_t events = 0;  // published
  std::uint64_t replays = 0;
  WallTime updated_at{};
  bool operator==(const JobView&) const = default;
};

struct GapView {
  std::string gap_id;
  std::string source;
  WallTime started_at{};
  std::optional<WallTime> ended_at{};  // none: it lasts
  DisconnectCause cause = DisconnectCause::ended;
  std::uint64_t truncated_bytes = 0;
  std::optional<std::uint64_t> estimated_events{};
  std::string_view state;
  std::vector<std::string> jobs{};
  std::uint64_t recovered_events = 0;
  std::string note{};
  bool operator==(const GapView&) const = default;
};

// A replay that is being read.
struct ReplayView {
  std::string job_id;
  WallTime started_at{};
  std::uint64_t delivered_events = 0;
  std::uint64_t published_events = 0;  // those that were missing
  bool operator==(const ReplayView&) const = default;
};

// What happened last, the latest at the end.
struct JobsView {
  std::vector<JobView> jobs;
  std::vector<GapView> gaps;
  std::vector<ReplayView> replays;
  bool operator==(const JobsView&) const = default;
};

void write_json(JsonWriter& out, const JobView& job);
void write_json(JsonWriter& out, const GapView& gap);
void write_json(JsonWriter& out, const ReplayView& replay);

}  // namespace penstock
