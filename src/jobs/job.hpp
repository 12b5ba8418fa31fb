// What is known of one job, and how what is said of it is read. Plain data, kept by job_tracker.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/job_words.hpp"
#include "penstock/core/time.hpp"

namespace penstock::jobs {

// The contract's words. Never goes back; of the ends, the first stays.
enum class JobState : std::uint8_t { requested, started, success, failed, revoked };
inline constexpr std::size_t job_states = 5;
std::string_view to_string(JobState state) noexcept;

// Why an ended job is left as it is, not settled.
enum class GivenUp : std::uint8_t {
  no,
  gone,       // its replay isn't available any more
  unsettled,  // its replays lack what was published, or don't agree
  broken,     // its replays don't come to their end
  uncounted,  // not all of its events are in the ledger: no replay can be merged
};
inline constexpr std::size_t given_up_reasons = 5;
std::string_view to_string(GivenUp why) noexcept;

// 1 to limits::job_id printable ASCII characters. Others are treated as no job id.
bool valid_job_id(std::string_view id) noexcept;

bool says_end(const JobFlags& flags) noexcept;
bool says_creation(const JobFlags& flags) noexcept;  // nothing has happened yet
// null → false → true: what was true once stays. True where something is new.
bool merge(JobFlags& known, const JobFlags& said) noexcept;
// An end without a word of success is a failure, until the word comes.
JobState state_of(const JobFlags& flags) noexcept;
JobFlags flags_of(const Task& task) noexcept;

struct Job {
  JobState state = JobState::requested;
  JobFlags flags;                                     // as said, merged
  std::optional<WallTime> requested_at, finished_at;  // as the API says, by its clock
  std::optional<WallTime> seen_at;   // the first status or event of it on the live stream
  std::optional<WallTime> ended_at;  // by our clock: its end is known since, at the latest
  std::uint64_t events = 0;          // published
  std::uint64_t replays = 0;         // runs that are over

  bool created = false;     // its creation was seen: all that was published of it is counted
  bool live = false;        // something was published of it as it came live
  bool replayed = false;    // a replay published something of it, or may have
  bool forced = false;      // an operator said that its replays may be published, unchecked
  bool held = false;        // they don't: an operator decides
  bool predates = false;    // was there before the source's first start, and isn't replayed
  bool incomplete = false;  // published events of it aren't counted: no replay can be merged
  bool dropped = false;     // its ledger isn't used any more, though it isn't settled
  bool settled = false;     // all of it is published
  GivenUp given_up = GivenUp::no;
  std::optional<WallTime> over_at;  // nothing is done about it since
  // Of a settled job: its live events that were received before are published already, but for
  // those of its own journal that are decided about later.
  std::optional<WallTime> settled_before;
  std::string settled_by;  // the journal of that process; empty: unknown

  // Not stored: after a restart no job is clean, and the gap wants what runs.
  std::uint64_t created_in = 0;  // the stretch of the live stream that its creation was seen in
  bool missed = false;           // its creation wasn't seen, or something may be missing since
  bool wanted = false;           // is to be replayed now, ended or not
  // settled_before, by the clock as it is now; long ago where the live stream itself settled it,
  // behind which nothing is published already.
  WallTime late_from{};
  bool settled_earlier = false;       // by a process before this one
  bool listed = false;                // by the latest task list
  bool answered = false;              // the API said all that it knows of it alone
  bool recorded = false;              // its ledger has records, or will have
  std::optional<WallTime> kept_from;  // over_at, or since when it isn't listed

  bool ended() const { return ended_at.has_value(); }
  bool open() const { return !settled && given_up == GivenUp::no; }
  bool has_ledger() const { return !settled && !dropped; }
};

}  // namespace penstock::jobs
