// The jobs of one source: what status events, other events and the tasks API say of them, and which
// of them are settled. Pure; used by one thread.
//
// A job is clean while it was seen from its creation on, within one session of which nothing is
// missing. A clean job that is completed is settled at once; every other one needs replays.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "jobs/job.hpp"
#include "penstock/core/job_words.hpp"
#include "penstock/core/time.hpp"
#include "penstock/jobs/jobs.hpp"

namespace penstock::jobs {

using JobIds = std::set<std::string, std::less<>>;  // normal ids

class JobTracker {
 public:
  using Entry = std::pair<const std::string, Job>;  // stays where it is until it is forgotten

  explicit JobTracker(FirstStart on_first_start) : on_first_start_(on_first_start) {}

  Entry* find(std::string_view id);
  const Entry* find(std::string_view id) const;
  Entry& learn(std::string_view id);  // known from now on; precondition: valid_job_id()
  void forget(std::string_view id);
  std::size_t size() const { return jobs_.size(); }

  // --- the live stream ---------------------------------------------------------------------------
  struct Seen {
    WallTime at;
    bool whole = false;          // nothing of the session is missing up to here
    bool first_session = false;  // nor before: what is seen without its creation, predates it
  };
  void saw_event(Entry& entry, const Seen& seen);
  // True where this completes a clean job: it is to be settled.
  bool saw_status(Entry& entry, const JobFlags& flags, const Seen& seen);
  void soil() { ++stretch_; }  // something is missing: no job is clean any more
  bool clean(const Job& job) const { return job.created_in == stretch_ && !job.missed; }

  // --- what is counted ---------------------------------------------------------------------------
  // Events of jobs were published before, which no ledger counts. `first_session`: when the first
  // one opened whose events are counted; none: it is still to come.
  void uncounted_before(std::optional<WallTime> first_session);
  // Are all events that were published of the job counted? Unknown: nobody said yet whether it was
  // there before. Only what is counted can be merged.
  enum class Counted : std::uint8_t { yes, no, unknown };
  Counted counted(const Job& job) const;

  // --- the API and replays -----------------------------------------------------------------------
  // `first_session`: when the source's first one opened, if there was one.
  void told(Entry& entry, const Task& task, bool is_new, std::optional<WallTime> first_session,
            WallTime now);
  void unknown_to_api(Entry& entry, WallTime now);
  void replayed_status(Entry& entry, const JobFlags& flags, WallTime now);
  void clock_set_back(Duration by, WallTime now);
  void listed(const JobIds& ids, WallTime now);  // the latest list: those aren't forgotten

  // --- what becomes of it ------------------------------------------------------------------------
  void published(Entry& entry, std::uint64_t events, bool live);
  void touched_by_gap(Entry& entry);
  void settle(Entry& entry, WallTime before, WallTime now);
  void give_up(Entry& entry, GivenUp why, WallTime now);
  void hold(Entry& entry, WallTime now);
  void revive(Entry& entry);  // an operator asks for it: nothing stands in the way of a replay
  void changed(const Entry& entry) { changed_.insert(entry.first); }

  const JobIds& unsettled() const { return unsettled_; }  // given up, held and left ones included
  // Jobs about which nothing is done since at the latest `at`, and that no list has since then: the
  // oldest, the unrecorded ones first.
  std::vector<std::string> over_before(WallTime at, std::size_t limit) const;
  // The longest over that nothing but its record is kept of.
  std::optional<std::string> unrecorded_before(WallTime at) const;
  void recorded(Entry& entry, bool recorded);
  // Jobs whose records are to be written; `counted`: also those of which only `events` changed.
  JobIds take_changed(bool counted);
  const std::array<std::uint64_t, job_states>& by_state() const { return by_state_; }

  void restore(std::string_view id, Job job);  // from the state topic
  void restored(WallTime now);                 // all of them

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>{}(id); }
  };

  void missed(Entry& entry, const Seen& seen, bool first_sight);
  void merge(Entry& entry, const JobFlags& flags, WallTime ended_at);
  void end(Entry& entry, WallTime at);
  void end_by(Entry& entry, WallTime now);
  void predates(Entry& entry);
  void over(Entry& entry, WallTime at);
  void keep_from(Entry& entry, std::optional<WallTime> at);
  void set_state(Job& job, JobState state);

  FirstStart on_first_start_;
  std::unordered_map<std::string, Job, Hash, std::equal_to<>> jobs_;
  JobIds unsettled_, changed_, counted_;
  // By kept_from; the ids stand in jobs_. Apart: those that can go hide behind none that can't.
  std::set<std::pair<WallTime, std::string_view>> over_unrecorded_, over_recorded_;
  std::array<std::uint64_t, job_states> by_state_{};
  std::uint64_t stretch_ = 1;
  bool uncounted_ = false;
  std::optional<WallTime> uncounted_before_;  // by our clock
};

}  // namespace penstock::jobs
