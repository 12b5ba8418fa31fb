// The lines of one source: endless made-up ones, or those of an archive. /stream is as the others
// are until it has its first job; from then on it tells what happens to jobs.
#pragma once

#include <optional>

#include "simulator/archive.hpp"
#include "simulator/archived_line.hpp"
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
  std::string_view line_end(std::uint64_t n) const override;
  // What line `n` is, sent as `kind`; `bytes` are its own. The job as on the wire; empty: none.
  ArchivedLine look(std::uint64_t n, LineKind kind, std::string_view bytes) const;

  // Instead of made-up events; from before the first line was asked for.
  void serve(Archive archive) { archive_ = std::move(archive); }
  bool is_archive() const { return archive_.has_value(); }
  // How many lines there are, but for those of jobs.
  std::uint64_t size() const { return archive_ ? archive_->size() : UINT64_MAX; }

  // From line `n` on there are jobs.
  void jobs_from(std::uint64_t n) { jobs_from_ = n; }
  std::optional<std::uint64_t> jobs_from() const { return jobs_from_; }
  // How many lines there are by now, where there are jobs.
  std::uint64_t happened() const { return *jobs_from_ + jobs_->book().happenings().size(); }

  // Of the endless events.
  EventTimes times = EventTimes::fixed(WallTime(Duration(EventGenerator::time_ms(0))));

 private:
  bool of_jobs(std::uint64_t n) const { return jobs_from_ && n >= *jobs_from_; }
  bool is_archived(std::uint64_t n) const { return archive_ && !of_jobs(n); }

  const EventGenerator& generator_;
  Source source_;
  const JobLines* jobs_;
  std::uint64_t seed_;
  Bytes max_event_;
  std::optional<std::uint64_t> jobs_from_;
  std::optional<Archive> archive_;
};

}  // namespace penstock::simulator
