// The bytes of what happens to jobs: results and status messages.
#pragma once

#include <cstdint>
#include <string>

#include "penstock/core/time.hpp"
#include "penstock/simulator/event_generator.hpp"
#include "simulator/job_book.hpp"

namespace penstock::simulator {

class JobLines {
 public:
  // Both outlive it. `start`: the wall time at which jobs' time began.
  JobLines(const EventGenerator& generator, const JobBook& book, WallTime start)
      : generator_(generator), book_(book), start_(start) {}
  void set_start(WallTime start) { start_ = start; }

  const JobBook& book() const { return book_; }
  WallTime wall(JobTime time) const { return start_ + time; }
  JobSummary summary(const Job& job) const;

  // Without line end. A moment has the same bytes wherever it is told.
  void append(std::string& out, const Job& job, std::uint32_t moment) const;
  // Of what happened as number `n`.
  void append(std::string& out, std::uint64_t n) const;
  const Job& job_of(std::uint64_t n) const { return book_.jobs()[book_.happenings()[n].job]; }

 private:
  const EventGenerator& generator_;
  const JobBook& book_;
  WallTime start_;
};

// As events write it: `client-<uuid>`.
std::string wire_id(const Job& job);

}  // namespace penstock::simulator
