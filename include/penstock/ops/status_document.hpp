// /status: the state of the daemon as JSON. Pure.
//
//   {"version":"0.1.0","started_at":"2026-11-23T20:15:30.250Z","sources":[{"name":"firehose",
//    "connected":true,"sessions":3,"received_events":17,"published_events":15,"dead_letters":1,
//    "journal_events":1,"journal_bytes":4096,"journal_capacity_bytes":4294967296,
//    "last_event_at":"2026-11-23T20:16:02.120Z"}]}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "penstock/core/counters.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/time.hpp"

namespace penstock::ops {

struct SourceStatus {
  std::string name;
  bool connected = false;
  std::uint64_t sessions = 0;
  std::uint64_t received_events = 0;
  std::uint64_t published_events = 0;
  std::uint64_t dead_letters = 0;  // of all reasons
  std::uint64_t journal_events = 0;
  std::uint64_t journal_bytes = 0;
  std::uint64_t journal_capacity_bytes = 0;
  std::optional<WallTime> last_event_at;
};

struct StatusSnapshot {
  std::string version;
  WallTime started_at;
  std::vector<SourceStatus> sources;
};

SourceStatus source_status(const SourceName& name, const SourceCounters& counters);

std::string status_document(const StatusSnapshot& snapshot);

}  // namespace penstock::ops
