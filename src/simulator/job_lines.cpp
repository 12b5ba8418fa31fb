#include "simulator/job_lines.hpp"

#include "simulator/scan_event.hpp"

namespace penstock::simulator {

JobSummary JobLines::summary(const Job& job) const {
  const auto wall_of = [this](std::optional<JobTime> time) {
    return time ? std::optional(wall(*time)) : std::nullopt;
  };
  return {job.id,
          job.life.status(),
          wall(job.life.created()),
          wall_of(job.life.started()),
          wall_of(job.life.ended()),
          job.life.results()};
}

void JobLines::append(std::string& out, const Job& job, std::uint32_t moment) const {
  const JobLife::Moment told = job.life.moment(moment);
  const std::int64_t time_ms = wall(told.at).time_since_epoch().count();
  if (told.what == JobLife::What::result) {
    generator_.append_job_event(out, job.id, std::uint64_t{job.number} << 32 | told.content,
                                time_ms);
  } else {
    append_job_status(out, {time_ms, job.id}, told.flags);
  }
}

void JobLines::append(std::string& out, std::uint64_t n) const {
  append(out, job_of(n), book_.happenings()[n].moment);
}

std::string wire_id(const Job& job) { return "client-" + job.id; }

}  // namespace penstock::simulator
