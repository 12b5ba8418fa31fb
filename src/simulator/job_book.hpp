// All jobs: those of the schedule and those asked for, and the order in which things happened to
// them. Pure: time comes in as an argument. Keeps 8 bytes for each event that happened, for ever.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "simulator/job_life.hpp"

namespace penstock::simulator {

// What a job was asked to do, as GET /v1/tasks tells it.
struct JobTask {
  std::string description = "simulated";
  std::string options =  // JSON
      R"([{"targets":["192.0.2.0/24","2001:db8:a::/48"],)"
      R"("ports":[{"port":"80,443","modules":["service-simple"]}]}])";
  // Those of the options: addresses, networks, ranges, host names. Results are of them.
  std::vector<std::string> targets = {"192.0.2.0/24", "2001:db8:a::/48"};
};

struct Job {
  std::string id;  // without `client-`
  std::uint32_t number;
  JobTask task;
  JobLife life;
};

class JobBook {
 public:
  JobBook(const JobOptions& options, std::uint64_t seed);

  // What is due by `now` happens. Time never goes back.
  void advance(JobTime now);
  JobTime now() const { return now_; }
  // No new jobs by schedule, until it is switched on again.
  void schedule(bool on);

  // A job from now on. References to jobs stay valid.
  const Job& create(const JobPlan& plan, JobTask task = {});
  const Job& create_unplanned(JobTask task);
  // False: the job is over.
  bool revoke(const Job& job);

  bool scheduled() const { return options_.every.has_value(); }
  const Job* find(std::string_view id) const;
  const std::deque<Job>& jobs() const { return jobs_; }  // in the order of their creation

  // What happened, in its order: a moment of a job's life.
  struct Happening {
    std::uint32_t job;     // its number
    std::uint32_t moment;  // of its life
  };
  const std::vector<Happening>& happenings() const { return happenings_; }

 private:
  Job& add(const JobPlan& plan, JobTask task, JobTime created);
  void put_due(const Job& job);

  JobOptions options_;
  std::uint64_t seed_;
  JobTime now_{};
  std::optional<JobTime> next_scheduled_;
  std::deque<Job> jobs_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;  // by id
  std::set<std::pair<JobTime, std::uint32_t>> due_;              // of each job that isn't over
  std::vector<Happening> happenings_;
};

}  // namespace penstock::simulator
