// A gap of a source, as GapBook follows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/job_tracker.hpp"
#include "jobs/recent_rate.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/core/time.hpp"

namespace penstock::jobs {

enum class GapState : std::uint8_t { open, recovering, recovered, unrecoverable };
inline constexpr std::size_t gap_states = 4;
std::string_view to_string(GapState state) noexcept;

struct Gap {
  std::string id;
  WallTime started_at;  // of the last byte before; or of the first that was held back before it
  std::optional<WallTime> ended_at;  // of the next session's response header
  DisconnectCause cause = DisconnectCause::ended;
  std::uint64_t truncated_bytes = 0;
  Rate rate;  // of the stream before
  GapState state = GapState::open;
  std::vector<std::string> jobs;  // normal ids of those that it touched, in their order
  std::uint64_t more_jobs = 0;    // that it touched, beyond limits::gap_jobs
  std::uint64_t recovered_events = 0;
  std::string note;
  bool lost = false;  // of one of its jobs something stays missing
  // The journal may hold more of this session, which moves the start.
  std::optional<SessionId> behind;

  // Not stored.
  JobIds waiting;             // of `jobs`: neither settled nor given up
  std::size_t job_bytes = 0;  // of the ids in `jobs`
  bool list_asked = false;
  bool counted = false;   // something changed that isn't urgent
  std::string_view told;  // the phase that the log knows

  std::optional<std::uint64_t> estimated_events() const {
    return ended_at ? rate.in(*ended_at - started_at) : std::nullopt;
  }
};

// A state, and `ended` for what is open still because its jobs aren't known.
std::string_view phase_of(const Gap& gap) noexcept;

// The job was there during the gap, as far as its times tell. Precondition: the gap has ended.
bool touches(const Gap& gap, const Job& job);

}  // namespace penstock::jobs
