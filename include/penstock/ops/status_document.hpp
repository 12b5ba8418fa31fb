// The state of the daemon as one value, and /status, which is it as JSON: docs/status.schema.json.
// Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/counters.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/job_counters.hpp"
#include "penstock/core/job_views.hpp"
#include "penstock/core/time.hpp"
#include "penstock/ops/health.hpp"
#include "penstock/ops/source_history.hpp"

namespace penstock::ops {

// One record of the status topic.
struct StatusEvent {
  WallTime at;
  std::string source;
  std::string_view event;
  std::string detail;
  bool operator==(const StatusEvent&) const = default;
};

struct SourceStatus {
  std::string name;
  SourceHealth health;
  std::optional<WallTime> connected_since;  // none: it isn't
  std::optional<WallTime> last_event_at;
  std::uint64_t sessions = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t received_events = 0;
  std::uint64_t recovered_events = 0;
  std::uint64_t published_events = 0;
  std::uint64_t duplicate_events = 0;
  std::uint64_t filtered_events = 0;
  std::array<std::uint64_t, dead_letter_reasons> dead_letters{};
  std::uint64_t journal_events = 0;
  std::uint64_t journal_bytes = 0;
  std::uint64_t journal_capacity_bytes = 0;
  std::array<std::uint64_t, 4> gaps{};     // as in JobCounters, and the next two
  std::array<std::uint64_t, 4> replays{};  // that are over
  std::array<std::uint64_t, 5> jobs{};
  SourceHistory history;
  JobsView latest;  // jobs and gaps that changed last, replays that run

  std::uint64_t dead_letters_of_all_reasons() const;
};

struct StatusSnapshot {
  std::string version;
  std::string host;
  std::string instance;
  WallTime started_at;
  WallTime now;
  HealthSnapshot health;  // what /readyz answers from
  std::vector<SourceStatus> sources;
  std::vector<StatusEvent> events;  // the latest at the end
};

// What the counters say of it; the rest is the caller's.
SourceStatus source_status(const SourceName& name, const SourceCounters& counters,
                           const JobCounters& jobs);

std::string status_document(const StatusSnapshot& snapshot);

}  // namespace penstock::ops
