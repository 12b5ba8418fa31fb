// The parts of the jobs room put together. jobs_restore.cpp takes what the state topic holds,
// jobs_live.cpp decides about live batches, jobs_replay.cpp about replays, jobs_tasks.cpp about
// what the tasks API says, jobs.cpp does the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/gap_book.hpp"
#include "jobs/job_records.hpp"
#include "jobs/job_tracker.hpp"
#include "jobs/ledger_records.hpp"
#include "jobs/recent_rate.hpp"
#include "jobs/recent_views.hpp"
#include "jobs/replay_planner.hpp"
#include "jobs/task_questions.hpp"
#include "penstock/jobs/jobs.hpp"
#include "penstock/jobs/ledger.hpp"

namespace penstock::jobs {

class Jobs::Impl {
 public:
  explicit Impl(JobsOptions options);

  Result<void> restore(std::string_view key, std::optional<std::string_view> value);
  void restored(WallTime now);
  // First, where anything is decided by it.
  void look_at_clock(WallTime now);
  Changes decide_live(Batch& batch, WallTime now);
  Changes decide_replay(Batch& batch, WallTime now);
  std::vector<SideRecord> records(std::span<const Changes* const> changes) const {
    return ledger_records_.of(changes);
  }
  void committed(std::span<const Changes* const> changes) { ledger_records_.committed(changes); }

  Changes tick(WallTime now);
  Changes session_failed(SessionId after, DisconnectCause cause, WallTime now);
  void session_failed_before(SessionId session, DisconnectCause cause);
  Changes tasks_listed(std::span<const Task> tasks, WallTime now);
  Changes tasks_failed(WallTime now);
  Changes status_told(std::string_view job, const std::optional<Task>& task, WallTime now);
  void status_failed(std::string_view job);
  Changes replay_failed(ChannelId run, ReplayEnd end, std::optional<Duration> retry_after,
                        WallTime now);
  Result<Changes> replay_requested(std::string_view job, bool force, WallTime now);

  void reconfigure(const JobsOptions& options);

  std::vector<Order> take_orders() { return std::exchange(orders_, {}); }
  JobsFigures figures() const;
  JobsView views() const;

 private:
  using Entry = JobTracker::Entry;

  // --- jobs_live.cpp
  void session_opened(const Block& block, WallTime at);
  void note_failures(SessionId up_to);
  void session_closed(SessionId session, WallTime at, DisconnectCause cause);
  void session_goes_on(const Block& block, WallTime at);
  void journal_lost(const Block& block, WallTime at);
  WallTime lost_from(WallTime last_bytes) const;
  void decide_events(Batch& batch, WallTime at, WallTime now, Changes& changes);
  bool came_before(const Job& job, const Block& block, WallTime at) const;
  bool publish_live(Entry& entry, Batch& batch, std::size_t index, WallTime at, Changes& changes);

  // --- jobs_replay.cpp
  void take_replayed(Run& run, Batch& batch, std::span<const Verdict> wanted, WallTime now,
                     Changes& changes);
  void run_over(ChannelId id, ReplayEnd end, std::optional<Duration> retry_after, WallTime now);
  void start_replays(WallTime now);
  void tell_end(const Run& run, ReplayEnd end, RunResult result);

  // --- jobs_tasks.cpp
  void ask(WallTime now);
  void told(Entry& entry, const Task& task, bool is_new, WallTime now);
  void find_jobs_of(Gap& gap, std::optional<WallTime> oldest_listed);

  // --- jobs.cpp
  void set_session_back(Duration by);
  // The job, known from now on; none where there are too many. `created`: its creation was seen.
  Entry* know(std::string_view id, bool created, WallTime now);
  void settle(Entry& entry, WallTime before, WallTime now);
  void give_up(Entry& entry, GivenUp why, WallTime now);
  void count_from(std::optional<WallTime> first_session);
  void look_if_counted(Entry& entry);
  void mark_incomplete(Entry& entry, SourceEvent why);
  void drop_ledger(Entry& entry);
  void stop_replay(std::string_view id);
  void forget(std::string_view id);
  bool will_be_counted(const Job& job, WallTime now) const;
  void end_uncounted(WallTime now);
  void forget_old();
  void drop_records();
  void relieve_memory(WallTime now);
  // What is to be stored goes into `changes`. `counted`: also what only counts on.
  void store(Changes& changes, WallTime now, bool counted = false);
  void tell(SourceEvent event, std::string detail) {
    orders_.emplace_back(order::Tell{event, std::move(detail)});
  }

  JobsOptions options_;
  JobTracker tracker_;
  GapBook gaps_;
  ReplayPlanner planner_;
  TaskQuestions questions_;
  Ledger ledger_;
  LedgerRecords ledger_records_;

  SessionRecord session_;
  bool session_changed_ = false;
  WallTime restored_at_{};
  WallTime looked_at_{};        // the clock
  WallTime opened_at_{};        // the session; long ago where its opening wasn't seen
  bool whole_ = false;          // the session was seen from its opening
  bool first_session_ = false;  // it is the very first
  RecentRate rate_;
  std::uint64_t truncated_ = 0;  // bytes of the open session
  struct Failure {
    SessionId before;
    DisconnectCause cause;
    bool operator==(const Failure&) const = default;
  };
  std::vector<Failure> failures_;  // attempts whose gap isn't known yet

  std::optional<WallTime> list_read_;   // when last
  std::uint32_t lists_failed_ = 0;      // since then
  std::vector<SideRecord> tombstones_;  // to be stored
  std::vector<Order> orders_;
  RecentViews recent_;
  JobsFigures figures_;  // what isn't counted elsewhere
};

}  // namespace penstock::jobs
