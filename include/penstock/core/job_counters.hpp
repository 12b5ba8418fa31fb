// The figures of one source's gaps, jobs and replays: set by app once a second, read by ops.
#pragma once

#include <array>
#include <cstdint>

#include "penstock/core/counter.hpp"

namespace penstock {

struct JobCounters {
  // In the order of the contract's words, which stand in ops.
  std::array<Gauge<std::uint64_t>, 4> gaps;     // open, recovering, recovered, unrecoverable
  std::array<Gauge<std::uint64_t>, 4> replays;  // clean, broken, gone, held
  std::array<Gauge<std::uint64_t>, 5> jobs;     // requested, started, success, failed, revoked
  Gauge<double> gap_seconds;                    // of gaps that are over, and of the open one
  Gauge<std::uint64_t> replay_events;           // delivered by replays
  Gauge<std::uint64_t> late_events;             // live events of settled jobs
  Gauge<std::uint64_t> ledger_bytes;
  Gauge<std::uint64_t> ledger_capacity_bytes;
  Gauge<std::uint64_t> uncounted_jobs;  // whose events had no room in the ledger
  Gauge<std::uint64_t> held_jobs;       // whose replays an operator has to decide about
  Gauge<std::uint64_t> given_up_jobs;   // that nobody tries to have whole any more
  Gauge<std::uint64_t> refused_jobs;    // events and tasks of jobs that there was no room for
  Gauge<std::uint64_t> ignored_job_ids;
  Gauge<std::uint64_t> replay_dead_letters;
};

}  // namespace penstock
