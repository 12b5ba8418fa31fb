// The gaps of one source: intervals in which it wasn't connected, or bytes of it were lost, and
// what became of them. Pure; used by one thread.
//
//   open ─► (it ends, the task list was read) ─► recovering ─► recovered | unrecoverable
//
// A job that the list lacked may turn up later, and be lost: then a gap that was recovered isn't.
// A source without jobs can't have anything sent again: its gaps are unrecoverable as they end.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/gap.hpp"
#include "jobs/job_tracker.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/core/time.hpp"

namespace penstock::jobs {

class GapBook {
 public:
  // `id_seed`: makes ids of this process unlike those of others.
  GapBook(bool has_jobs, std::string id_seed) : has_jobs_(has_jobs), id_seed_(std::move(id_seed)) {}

  // --- the live stream ---------------------------------------------------------------------------
  bool is_open() const { return open_ != nullptr; }  // one has begun and not ended
  // The daemon was stopped, and all that it had received is decided about.
  bool is_open_by_a_stop() const {
    return is_open() && open_->cause == DisconnectCause::daemon_down && !open_->behind;
  }
  // Precondition: !is_open().
  void begin(WallTime at, DisconnectCause cause, const Rate& rate,
             std::optional<SessionId> behind = std::nullopt);
  // The rest need is_open().
  bool is_behind(SessionId session) const { return open_ != nullptr && open_->behind == session; }
  void move_start(WallTime at);
  // The end of that session was found in the journal. It says when the gap began.
  void found_end(WallTime at, DisconnectCause cause);
  void truncated(std::uint64_t bytes);
  void note_open(std::string_view text) { note(*open_, text); }
  // A session couldn't be opened. The first cause stays.
  void hindered(DisconnectCause cause);
  void end(WallTime at);
  // Now and then, so that figures().time has what the open one has lasted. Not one whose start the
  // journal may still move: it counts when it ends.
  void tick(WallTime now);
  // So that jobs, whose times the API tells by its own clock, are found in gaps from before.
  void clock_set_back(Duration by);

  // --- the jobs that it touched ------------------------------------------------------------------
  bool wants_list() const;  // a gap ended that no list was asked for
  void list_asked();
  // The gaps that the answer is for; each one is given its jobs, then list_read().
  std::vector<Gap*> listed();
  void add_job(Gap& gap, const std::string& job);
  void note(Gap& gap, std::string_view text);
  void list_read(Gap& gap);

  // What is about to be told of a job, its loss perhaps, is also of the gaps that it touched though
  // the list that was read for them lacked it. Of the recovered ones the book knows the latest.
  void job_turned_up(const std::string& id, const Job& job);
  void job_settled(std::string_view job);
  void job_given_up(std::string_view job, std::string_view why);
  void job_noted(std::string_view job, std::string_view text);
  void job_replayed(std::string_view job, std::uint64_t published);  // events

  // --- records -----------------------------------------------------------------------------------
  // As they are to be written; `counted`: also those of which only numbers and notes changed, the
  // longest waiting first and not too many at a time. Those that are over come a last time. Where
  // `told` isn't the gap's phase, it is news.
  std::vector<Gap> take_changed(bool counted);
  void restore(Gap gap);
  void forget(std::string_view id);
  // All was restored: which jobs are still waited for? Precondition: every restore() came.
  void restored(const JobTracker& jobs);

  const std::map<std::string, Gap, std::less<>>& all() const { return gaps_; }  // by id

  struct Figures {
    std::array<std::uint64_t, gap_states> by_state{};  // those that are over: of this process
    Duration time{0};  // of those that ended, and of the open one up to the last tick; never falls
  };
  const Figures& figures() const { return figures_; }

 private:
  template <class What>
  void each_of(std::string_view job, const What& what);
  void changed(const Gap& gap) { changed_.insert(gap.id); }
  void counted(Gap& gap);
  bool add_note(Gap& gap, std::string_view text);
  void set_state(Gap& gap, GapState state);
  void restored_job(Gap& gap, const std::string& id, const Job& job);
  void look_if_over(Gap& gap);
  void make_room();
  void make_room_for_jobs();
  void give_up(Gap& gap);

  bool has_jobs_;
  std::string id_seed_;
  std::uint64_t numbered_ = 0;
  std::map<std::string, Gap, std::less<>> gaps_;  // that aren't over
  Gap* open_ = nullptr;
  std::vector<Gap> over_;  // not yet taken
  std::deque<Gap> recovered_;
  JobIds changed_;
  std::deque<std::string> counted_;  // may name some that are written since, or over
  Duration ended_{0};                // time of those that ended
  Figures figures_;
};

}  // namespace penstock::jobs
