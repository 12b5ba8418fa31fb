#include "simulator/job_lines.hpp"

#include "simulator/address_range.hpp"
#include "simulator/random.hpp"
#include "simulator/scan_event.hpp"

namespace penstock::simulator {
namespace {

constexpr std::uint64_t target_stream = 0x6d;  // apart from other random numbers

// What result `identity` is of; empty: anything.
std::string target_of(const JobTask& task, std::uint64_t identity) {
  if (task.targets.empty()) {
    return {};
  }
  SplitMix64 random(0, target_stream, identity);
  const std::string& target = task.targets[random.below(task.targets.size())];
  const std::optional<AddressRange> range = parse_range(target);
  return range ? to_string(range->at(random())) : target;
}

}  // namespace

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
    const std::uint64_t identity = std::uint64_t{job.number} << 32 | told.content;
    generator_.append_job_event(out, job.id, identity, time_ms, target_of(job.task, identity));
  } else {
    append_job_status(out, {time_ms, job.id}, told.flags);
  }
}

void JobLines::append(std::string& out, std::uint64_t n) const {
  append(out, job_of(n), book_.happenings()[n].moment);
}

std::string wire_id(const Job& job) { return "client-" + job.id; }

}  // namespace penstock::simulator
