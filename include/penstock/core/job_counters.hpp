// The figures of one source's gaps, jobs and replays: set by app once a second, read by ops.
#pragma once

#include <array>
#include <cstdint>

#include "penstock/core/counter.hpp"

namespace penstock {

// The contract's words, in the order of the gauges below.
inline constexpr std::array gap_words{"open", "recovering", "recovered", "unrecoverable"};
inline constexpr std::array replay_words{"clean", "broken", "gone", "held"};
inline constexpr std::array job_words{"requested", "started", "success", "failed", "revoked"};

struct JobCounters {
  std::array<Gauge<std::uint64_t>, 4> gaps;
  std::array<Gauge<std::uint64_t>, 4> replays;
  std::array<Gauge<std::uint64_t>, 5> jobs;
  Gauge<double> gap_seconds;           // of gaps that are over, and of the open one
  Gauge<std::uint64_t> replay_events;  // delivered by replays
  Gauge<std::uint64_t> late_events;    // live events of settled jobs
  Gauge<std::uint64_t> ledger_bytes;
  Gauge<std::uint64_t> ledger_capacity_bytes;
  Gauge<std::uint64_t> uncounted_jobs;  // of which the ledger hasn't all events
  Gauge<std::uint64_t> held_jobs;       // whose replays an operator has to decide about
  Gauge<std::uint64_t> given_up_jobs;   // that nobody tries to have whole any more
  Gauge<std::uint64_t> refused_jobs;    // events and tasks of jobs that there was no room for
  Gauge<std::uint64_t> ignored_job_ids;
  Gauge<std::uint64_t> replay_dead_letters;
};

}  // namespace penstock
