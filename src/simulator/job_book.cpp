#include "simulator/job_book.hpp"

#include "simulator/event_writer.hpp"

namespace penstock::simulator {
namespace {

constexpr std::uint64_t id_stream = 0x64;  // apart from other random numbers

std::string id_of(std::uint64_t seed, std::uint32_t number) {
  SplitMix64 random(seed, id_stream, number);
  std::string id;
  append_uuid(id, random);
  return id;
}

}  // namespace

JobBook::JobBook(const JobOptions& options, std::uint64_t seed)
    : options_(options), seed_(seed), next_scheduled_(options.every) {}

void JobBook::advance(JobTime now) {
  for (;;) {
    const bool any_due = !due_.empty() && due_.begin()->first <= now;
    if (next_scheduled_ && *next_scheduled_ <= now &&
        (!any_due || *next_scheduled_ <= due_.begin()->first)) {
      const auto number = static_cast<std::uint32_t>(jobs_.size());
      add(draw_plan(options_, seed_, number), {}, *next_scheduled_);
      *next_scheduled_ += *options_.every;
      continue;
    }
    if (!any_due) {
      break;
    }
    Job& job = jobs_[due_.begin()->second];
    due_.erase(due_.begin());
    happenings_.push_back({job.number, job.life.moments()});
    job.life.happen();
    put_due(job);
  }
  now_ = now;
}

void JobBook::schedule(bool on) {
  if (on && options_.every && !next_scheduled_) {
    next_scheduled_ = now_ + *options_.every;
  } else if (!on) {
    next_scheduled_.reset();
  }
}

const Job& JobBook::create(const JobPlan& plan, JobTask task) {
  const Job& job = add(plan, std::move(task), now_);
  advance(now_);
  return job;
}

const Job& JobBook::create_unplanned(JobTask task) {
  const auto number = static_cast<std::uint32_t>(jobs_.size());
  return create(draw_plan(options_, seed_, number), std::move(task));
}

Job& JobBook::add(const JobPlan& plan, JobTask task, JobTime created) {
  const auto number = static_cast<std::uint32_t>(jobs_.size());
  Job& job = jobs_.emplace_back(
      Job{id_of(seed_, number), number, std::move(task), JobLife(plan, seed_, number, created)});
  numbers_.emplace(job.id, number);
  put_due(job);
  return job;
}

void JobBook::put_due(const Job& job) {
  if (const std::optional<JobTime> due = job.life.due()) {
    due_.emplace(*due, job.number);
  }
}

bool JobBook::revoke(const Job& job) {
  Job& mine = jobs_[job.number];
  const std::optional<JobTime> due = mine.life.due();
  if (!mine.life.revoke(now_)) {
    return false;
  }
  due_.erase({*due, mine.number});
  put_due(mine);
  advance(now_);
  return true;
}

const Job* JobBook::find(std::string_view id) const {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? nullptr : &jobs_[found->second];
}

}  // namespace penstock::simulator
