#include "jobs/task_questions.hpp"

#include "penstock/core/limits.hpp"

namespace penstock::jobs {
namespace {

// Which gaps it ran through, nobody said.
bool begun_unknown(const Job& job) {
  return job.open() && !job.predates && !job.requested_at && !job.answered;
}

}  // namespace

void TaskQuestions::clock_set_back(Duration by) {
  next_list_ -= by;
  list_not_before_ -= by;
  for (auto& [job, at] : asked_) {
    at -= by;
  }
}

std::vector<std::string> TaskQuestions::statuses_due(const JobTracker& jobs, WallTime now) {
  std::vector<std::string> due;
  if (!list_settled_) {
    return due;
  }
  std::erase_if(asked_, [&](const auto& asked) { return asked.second + interval_ <= now; });
  const bool lists_come = lists_failed_ < 2;
  const JobIds& ids = jobs.unsettled();
  const auto turn = ids.upper_bound(last_asked_);
  const auto ask = [&](auto from, auto to) {
    for (; from != to && pending_.size() < limits::status_questions; ++from) {
      const Job& job = jobs.find(*from)->second;
      const bool asked = pending_.contains(*from) || asked_.contains(*from);
      const bool end_unseen = !jobs.clean(job) && !(job.listed && lists_come);
      if (!asked && (job.ended() ? begun_unknown(job) : end_unseen)) {
        pending_.insert(*from);
        asked_.emplace(*from, now);
        due.push_back(*from);
      }
    }
  };
  ask(turn, ids.end());
  ask(ids.begin(), turn);
  if (!due.empty()) {
    last_asked_ = due.back();
  }
  return due;
}

}  // namespace penstock::jobs
