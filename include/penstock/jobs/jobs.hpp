// What is known of the jobs and the gaps of one source, and what is done about them: the ledger,
// the tracker, the gaps and the replay planner, behind one face. Pure: time comes in as an
// argument; what is to be done outside goes out as orders.
//
// Used by one thread, the publisher's, in the order of its decisions. Everything that goes in is
// decided once; the changes that come out belong into the transaction of what caused them. Notes
// return changes as batches do. Where there are jobs, batches have fingerprints.
//
// What a batch is not asked for (its verdict is `filtered` beforehand) stays filtered; it is
// counted as if it were published.
//
// The state records, keys without the source's name in front (docs/state-topic.md has them all):
//
//   job/<id>          v=1, what is known of it; a settled one stays 90 days, so that it is never
//                     replayed again
//   ledger/<id>/<n>   v=1, counts of published events that changed in one transaction
//   gap/<id>          v=1, a gap that isn't over, or whose jobs aren't settled
//   session           v=1, that a session was open, and when the last committed byte of it came:
//                     the beginning of a gap in case the process dies
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "penstock/core/decision.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/job_views.hpp"
#include "penstock/core/job_words.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::jobs {

// Jobs that were there before the source's very first start.
enum class FirstStart : std::uint8_t {
  none,        // aren't replayed, unless a gap touches them later
  unfinished,  // those that haven't ended are
  listed,      // all that `GET /v1/tasks` lists are
};

struct JobsOptions {
  SourceName source;
  bool has_jobs = false;  // events carry job ids; else only gaps are kept
  FirstStart on_first_start = FirstStart::none;
  std::size_t replay_concurrency = 2;
  Duration task_poll_interval{60'000};
  Duration settle_after{60'000};  // after a job's end, until its replay is taken as final
  Bytes ledger_memory{};
  Duration retry_first{5'000};  // between runs of a replay that didn't work out, doubling
  Duration retry_max{320'000};
  std::string id_seed;    // makes gap ids of this process unlike those of others
  std::string journal{};  // the id of the one that live batches come from
  std::string host{};     // on which it is; for people
  // Something of that journal is in Kafka. If the state knows of no session then, it was lost.
  bool journal_published = false;
};

namespace order {

struct ListTasks {};  // GET /v1/tasks; answered by tasks_listed() or tasks_failed()
struct AskStatus {    // GET /v1/tasks/<id>/status; answered by status_told()
  std::string job;    // normal id
};
// GET /v1/replay/<id>. Its bytes come back as batches of that channel, between the marks of its
// opening and its end; replay_failed() where it isn't opened.
struct StartReplay {
  std::string job;
  ChannelId run;
};
struct StopReplay {
  ChannelId run;
};
struct Tell {  // the status topic and the log
  SourceEvent event;
  std::string detail;
};

struct GapNews {  // the log: a gap began, ended or went into another state
  std::string gap;
  std::string_view state;  // as on the topic, and `ended`: what to do about it isn't known yet
  DisconnectCause cause;
  std::optional<Duration> lasted;
  std::optional<std::uint64_t> estimated_events;
  std::uint64_t truncated_bytes = 0, jobs = 0, recovered_events = 0;
};

}  // namespace order
using Order = std::variant<order::ListTasks, order::AskStatus, order::StartReplay,
                           order::StopReplay, order::Tell, order::GapNews>;

// For metrics and pages. Copied out of the deciding thread by app.
struct JobsFigures {
  std::map<std::string, std::uint64_t> jobs_by_status;  // requested, started, success, …
  // The last two, and all counts below, since the process began.
  std::uint64_t gaps_open = 0, gaps_recovering = 0, gaps_recovered = 0, gaps_unrecoverable = 0;
  double gap_seconds = 0;  // of all gaps, of the open one up to the last tick
  std::uint64_t replays_clean = 0, replays_broken = 0, replays_gone = 0, replays_held = 0;
  std::uint64_t replay_events = 0;  // delivered by replays
  std::uint64_t late_events = 0;    // live events of settled jobs
  Bytes ledger_memory{};
  std::uint64_t incomplete_jobs = 0;  // of which the ledger hasn't all events
  std::uint64_t held_jobs = 0;        // whose replay waits for an operator
  std::uint64_t given_up_jobs = 0;
  std::uint64_t replay_dead_letters = 0;  // of replays: dropped, as each run would bring them again
  std::uint64_t ignored_job_ids = 0;      // that are no 1 to 200 printable ASCII characters
  std::uint64_t refused_jobs = 0;         // events and answers of jobs that there was no room for
};

class Jobs final : public Decider {
 public:
  explicit Jobs(JobsOptions options);
  ~Jobs() override;

  // Decider
  Result<void> restore(std::string_view key, std::optional<std::string_view> value) override;
  void restored(WallTime now) override;
  Changes decide(Batch& batch, WallTime now) override;
  std::vector<SideRecord> records(std::span<const Changes* const> changes) override;
  void committed(std::span<const Changes* const> changes) override;

  // Notes from outside.
  Changes tick(WallTime now);  // about once a second
  // The source can't be reached. A gap keeps its first cause, and notes this one; but where the
  // daemon was down, the cause becomes what stands in the way now. `after`: the session that was
  // opened last, if any. Precondition: all that was received before was decided about. Where the
  // gap isn't known even so, as its session's end was never told, it is noted when the next one
  // opens.
  Changes session_failed(SessionId after, DisconnectCause cause, WallTime now);
  // The same of an attempt before that session, whose opening wasn't decided about yet.
  void session_failed_before(SessionId session, DisconnectCause cause);
  Changes tasks_listed(std::span<const Task> tasks, WallTime now);
  Changes tasks_failed(WallTime now);
  // `task`: none where the API doesn't know the job any more.
  Changes status_told(std::string_view job, const std::optional<Task>& task, WallTime now);
  void status_failed(std::string_view job);  // no answer: nothing changes
  Changes replay_failed(ChannelId run, ReplayEnd end, std::optional<Duration> retry_after,
                        WallTime now);
  // An operator asks for a replay. An error says why there is none: settled, unknown, …
  Result<Changes> replay_requested(std::string_view job, bool force, WallTime now);

  // From now on: replay_concurrency, the intervals and the waits. The rest stays as it was made.
  void reconfigure(const JobsOptions& options);

  // What is to be done outside since the last call.
  std::vector<Order> take_orders();
  JobsFigures figures() const;
  // What changed last, and what is being replayed; after a restart, what isn't over.
  JobsView views() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace penstock::jobs
