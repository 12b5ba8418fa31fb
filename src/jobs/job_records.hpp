// The jobs room's records of the state topic: what stands in their keys and values. Pure.
// docs/state-topic.md describes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jobs/gap_book.hpp"
#include "jobs/job.hpp"
#include "jobs/recent_rate.hpp"
#include "penstock/core/block.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/time.hpp"

namespace penstock::jobs {

inline constexpr std::string_view job_part = "job/";
inline constexpr std::string_view gap_part = "gap/";
inline constexpr std::string_view session_key = "session";

// How the live stream stood when this was written.
struct SessionRecord {
  bool open = false;
  SessionId session;                      // the one that is open, or was last
  std::optional<WallTime> received_at;    // of the last bytes decided about
  std::optional<WallTime> first_session;  // when the first one with jobs opened; none: without jobs
  std::optional<Backlog> backlog;         // of the session
  Rate rate;
  // There were jobs that weren't taken in, as there were too many: what isn't known may have been
  // published.
  bool overflowed = false;
  // Before that first session, events of jobs were published that no ledger counts.
  bool uncounted = false;
  // Who wrote this: id and host of its journal.
  std::string journal{}, host{};
  bool operator==(const SessionRecord&) const = default;
};

std::string job_key(std::string_view job);
std::string gap_key(std::string_view gap);

std::string encode(const Job& job);
std::string encode(const Gap& gap);
std::string encode(const SessionRecord& session);

// Errors say what is wrong, but not with which record.
Result<Job> decode_job(std::string_view value);
Result<Gap> decode_gap(std::string_view id, std::string_view value);
Result<SessionRecord> decode_session(std::string_view value);

// The job's ledger isn't used from this record on.
bool ends_ledger(std::string_view job_value);

}  // namespace penstock::jobs
