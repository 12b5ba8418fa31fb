// The lines of one source. /stream is endless as the others are until it has its first job; from
// then on it tells what happens to jobs.
#pragma once

#include <optional>

#include "simulator/event_times.hpp"
#include "simulator/job_lines.hpp"
#include "simulator/script.hpp"

namespace penstock::simulator {

class SourceScript final : public Script {
 public:
  // The arguments outlive it. `jobs`: of /stream, else null.
  SourceScript(const EventGenerator& generator, Source source, const JobLines* jobs,
               std::uint64_t seed, Bytes max_event);

  void append(std::string& out, std::uint64_t n, LineKind kind) const override;
  // The job of event `n`, as on the wire; empty: none.
  std::string job(std::uint64_t n) const;

  // From line `n` on there are jobs.
  void jobs_from(std::uint64_t n) { jobs_from_ = n; }
  std::optional<std::uint64_t> jobs_from() const { return jobs_from_; }
  // How many lines there are by now, where there are jobs.
  std::uint64_t happened() const { return *jobs_from_ + jobs_->book().happenings().size(); }

  // Of the endless events.
  EventTimes times = EventTimes::fixed(WallTime(Duration(EventGenerator::time_ms(0))));

 private:
  bool of_jobs(std::uint64_t n) const { return jobs_from_ && n >= *jobs_from_; }

  const EventGenerator& generator_;
  Source source_;
  const JobLines* jobs_;
  std::uint64_t seed_;
  Bytes max_event_;
  std::optional<std::uint64_t> jobs_from_;
};

}  // namespace penstock::simulator
