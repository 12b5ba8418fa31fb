// The gaps of one source: intervals in which it wasn't connected, or bytes of it were lost, and
// what became of them. Pure; used by one thread.
//
//   open ─► (it ends, the task list was read) ─► recovering ─► recovered | unrecoverable
//
// A job that the list lacked may turn up later, and be lost: then a gap that was recovered isn't.
// A source without jobs can't have anything sent again: its gaps are unrecoverable as they end.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
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
  WallTime started_at;               // of the last byte before
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
  JobIds waiting;  // of `jobs`: neither settled nor given up
  bool list_asked = false;
  std::string_view told;  // the phase that the log knows

  std::optional<std::uint64_t> estimated_events() const {
    return ended_at ? rate.in(*ended_at - started_at) : std::nullopt;
  }
};

// A state, and `ended` for what is open still because its jobs aren't known.
std::string_view phase_of(const Gap& gap) noexcept;

// The job was there during the gap, as far as its times tell. Precondition: the gap has ended.
bool touches(const Gap& gap, const Job& job);

class GapBook {
 public:
  // `id_seed`: makes ids of this process unlike those of others.
  GapBook(bool has_jobs, std::string id_seed) : has_jobs_(has_jobs), id_seed_(std::move(id_seed)) {}

  // --- the live stream ---------------------------------------------------------------------------
  bool is_open() const { return open_ != nullptr; }  // one has begun and not ended
  bool is_open_by(DisconnectCause cause) const { return is_open() && open_->cause == cause; }
  // Precondition: !is_open().
  void begin(WallTime at, DisconnectCause cause, const Rate& rate,
             std::optional<SessionId> behind = std::nullopt);
  // The rest need is_open().
  bool is_behind(SessionId session) const { return open_ != nullptr && open_->behind == session; }
  void move_start(WallTime at);
  // The end of that session was found in the journal.
  void found_end(WallTime at, DisconnectCause cause);
  void truncated(std::uint64_t bytes);
  void note_open(std::string_view text) { note(*open_, text); }
  // A session couldn't be opened. The first cause stays, but that the daemon was down: it isn't
  // now.
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
  // As they are to be written; `counted`: also those of which only numbers changed. Those that are
  // over come a last time. Where `told` isn't the gap's phase, it is news.
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
  void set_state(Gap& gap, GapState state);
  void look_if_over(Gap& gap);
  void make_room();

  bool has_jobs_;
  std::string id_seed_;
  std::uint64_t numbered_ = 0;
  std::map<std::string, Gap, std::less<>> gaps_;  // that aren't over
  Gap* open_ = nullptr;
  std::vector<Gap> over_;  // not yet taken
  std::deque<Gap> recovered_;
  JobIds changed_, counted_;
  Duration ended_{0};  // time of those that ended
  Figures figures_;
};

}  // namespace penstock::jobs
