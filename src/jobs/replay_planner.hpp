// Decides which job is replayed when, and what a run of a replay means for its job. Pure; used by
// one thread.
//
//   check run ─► publishing run ─► confirming run ─► settled
//
// A run is final if it began settle_after after the job's end was known: only then all of the job
// is in it. What was published live is compared first: a run only counts unless the one before it
// brought what is published when it is opened, 99 of 100. What came live since was not compared:
// the more of it, the sooner the next run counts again. A run that isn't final waits for something
// to compare with: what it brings may be on its way on the live stream, too. A final one needn't:
// all that came live was decided. Two final runs one after the other that bring the same, all that
// was published and nothing that isn't, settle the job.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "jobs/job_tracker.hpp"
#include "penstock/core/backoff.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/job_views.hpp"
#include "penstock/core/job_words.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"
#include "penstock/jobs/ledger.hpp"

namespace penstock::jobs {

struct PlannerOptions {
  std::size_t concurrency = 2;
  Duration settle_after;
  Duration retry_first;
  Duration retry_max;
};

struct Run {
  std::string job;
  WallTime begun;
  bool final = false;
  // Since it was opened:
  bool only_count = false;
  std::uint64_t published_before = 0;  // of the job, at its opening
  bool clean = true;                   // nothing came but whole events of the job
  std::uint64_t delivered = 0;         // events
  std::uint64_t published = 0;
};

// What follows from a run.
enum class RunResult : std::uint8_t {
  again,        // when its time comes
  rest,         // not before the job has ended
  checked,      // it brings what was published: the next one may publish
  settled,      // all is published
  held,         // what it brings isn't what was published: an operator decides
  gone,         // give up: not available any more
  disagreeing,  // give up: too many final runs didn't settle it
  breaking,     // give up: too many didn't come to their end
};

class ReplayPlanner {
 public:
  explicit ReplayPlanner(PlannerOptions options)
      : options_(options), refused_(options.retry_first, options.retry_max) {}

  // Runs and waits that have begun stay as they are.
  void reconfigure(PlannerOptions options) {
    options_ = options;
    refused_ = DoublingBackoff(options.retry_first, options.retry_max);
  }

  void clock_set_back(Duration by);

  // The jobs to be replayed now, as far as there is room, the longest due first.
  std::vector<std::string> due(const JobTracker& jobs, WallTime now) const;
  ChannelId begin(const JobTracker::Entry& job, WallTime now);

  Run* find(ChannelId run);
  std::optional<ChannelId> run_of(std::string_view job) const;
  // What came live before the run's request is decided about by now: whether the run may publish
  // is decided here. `published`: of the ledger.
  void opened(Run& run, const Job& job, std::uint64_t published);
  // Precondition: there is that run. Sets job.wanted. `summary` and `published`: of the ledger,
  // now.
  RunResult finish(ChannelId run, ReplayEnd end, std::optional<Duration> retry_after, Job& job,
                   const RunSummary& summary, std::uint64_t published, WallTime now);
  // Forgets what it knows of the job; its run, if any, comes back.
  std::optional<ChannelId> forget(std::string_view job);

  std::vector<ReplayView> views() const;  // of the runs, in their order

 private:
  struct Plan {
    explicit Plan(const DoublingBackoff& backoff)
        : after_broken(backoff), after_unsettled(backoff) {}

    WallTime not_before{};
    DoublingBackoff after_broken, after_unsettled;
    std::uint32_t broken = 0;      // in a row, without a new event
    std::uint32_t final_runs = 0;  // that didn't settle the job
    std::uint64_t covered = 0;     // of what was published, by the last run that came to its end
    std::uint32_t checks = 0;      // in a row
    // The last one, if it was final, with all that was published.
    std::optional<std::pair<std::uint64_t, Fingerprint>> last;
  };

  Plan& plan(const std::string& job);
  std::optional<WallTime> due_at(const JobTracker& jobs, const JobTracker::Entry& job) const;
  RunResult came_to_its_end(const Run& run, Plan& plan, Job& job, const RunSummary& summary,
                            std::uint64_t published, WallTime now);
  RunResult broke(const Run& run, Plan& plan, Job& job, WallTime now);

  PlannerOptions options_;
  std::unordered_map<std::string, Plan> plans_;
  std::map<ChannelId, Run> runs_;
  ChannelId next_run_{1};
  DoublingBackoff refused_;  // no run was opened: something stands in the way of all
  WallTime all_not_before_{};
};

}  // namespace penstock::jobs
