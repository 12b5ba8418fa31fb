// /status, read back (docs/status.schema.json). Members that are missing or of another type stand
// at what they are by default: a daemon may be older or newer than this program. All text in it is
// fit for a terminal. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/time.hpp"

namespace penstock::app::top {

struct Finding {
  std::string reason;
  std::string source{};  // empty: the whole program
  std::string detail{};
};

struct Job {
  std::string id, status;
  std::uint64_t events = 0, replays = 0;
  bool settled = false;
  std::optional<WallTime> updated_at{};
};

struct Gap {
  std::optional<WallTime> started_at{}, ended_at{};
  std::string cause, state, note;
  std::optional<std::uint64_t> estimated_events{};
  std::uint64_t recovered_events = 0;
  std::size_t jobs = 0;
};

struct Replay {
  std::string job;
  std::optional<WallTime> started_at{};
  std::uint64_t delivered_events = 0, published_events = 0;
};

// By a word, in the document's order.
using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

struct Source {
  std::string name;
  bool connected = false;
  std::optional<WallTime> connected_since{}, last_event_at{};
  std::optional<double> events_per_second{};
  std::uint64_t sessions = 0, received_bytes = 0, received_events = 0, recovered_events = 0;
  std::uint64_t published_events = 0, duplicate_events = 0, filtered_events = 0;
  std::uint64_t journal_events = 0, journal_bytes = 0, journal_capacity_bytes = 0;
  Counts dead_letters, gaps, jobs, replays;
  std::vector<Replay> running_replays;
  std::vector<Gap> latest_gaps;  // like the jobs the latest at the end
  std::vector<Job> latest_jobs;
  // The last ten minutes, the oldest first; one an interval.
  double interval_seconds = 0;
  std::vector<std::optional<double>> rates, delays;

  std::optional<double> delay() const;  // the last that there is
};

struct Event {
  std::optional<WallTime> at{};
  std::string source, event, detail;
};

struct Status {
  std::string version, host;
  WallTime started_at{}, at{};
  bool ready = false;
  std::vector<Finding> reasons, degraded;
  std::vector<Source> sources;
  std::vector<Event> events;  // the latest at the end
};

std::uint64_t count_of(const Counts& counts, std::string_view word);
std::uint64_t sum_of(const Counts& counts);

// An error where it is no object of JSON that could be one.
Result<Status> parse_status(std::string_view json);

}  // namespace penstock::app::top
