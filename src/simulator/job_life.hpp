// The life of one job, in virtual time. A value: no clock, no events' bytes, deterministic for its
// arguments.
//
// What happens to a job are its moments, numbered from 0 in their order: it is created, it starts,
// it has results, it ends. A revoked job may end before it starts.
#pragma once

#include <cstdint>
#include <optional>

#include "penstock/core/job_words.hpp"
#include "penstock/simulator/job.hpp"

namespace penstock::simulator {

using JobTime = Duration;  // since the simulator's start

// Of job `number`, where nobody planned it.
JobPlan draw_plan(const JobOptions& options, std::uint64_t seed, std::uint32_t number);

class JobLife {
 public:
  enum class What : std::uint8_t { created, started, result, ended };
  struct Moment {
    What what;
    JobTime at;                 // as its line says: a twin has the time of what it copies
    std::uint32_t content = 0;  // of results: equal ones are twins
    JobFlags flags{};           // of the others, as their status message tells them
  };

  JobLife(const JobPlan& plan, std::uint64_t seed, std::uint32_t number, JobTime created);

  // When the next moment is; none: the job is over.
  std::optional<JobTime> due() const;
  void happen();  // what is due; precondition: the job isn't over
  // What happens next is its end, at `now`. False: it is over, or revoked already.
  bool revoke(JobTime now);

  std::uint32_t moments() const { return moments_; }  // that happened
  Moment moment(std::uint32_t index) const;           // precondition: index < moments()

  JobStatus status() const;
  std::uint32_t results() const;  // that happened
  JobTime created() const { return created_; }
  std::optional<JobTime> started() const;
  std::optional<JobTime> ended() const;

 private:
  JobTime time_of_result(std::uint32_t result) const;
  std::uint32_t content_of(std::uint32_t result) const;
  bool next_is_end() const;

  JobPlan plan_;
  std::uint64_t seed_;
  std::uint32_t number_;
  JobTime created_;
  std::optional<JobTime> revoked_;  // on demand
  std::uint32_t moments_ = 0;
  bool started_ = false;
  bool over_ = false;
};

}  // namespace penstock::simulator
