#include "jobs/task_questions.hpp"

#include "penstock/core/limits.hpp"

namespace penstock::jobs {

std::vector<std::string> TaskQuestions::statuses_due(const JobTracker& jobs, WallTime now) {
  std::vector<std::string> due;
  if (!list_settled_) {
    return due;
  }
  std::erase_if(asked_, [&](const auto& asked) { return asked.second + interval_ <= now; });
  for (const std::string& id : jobs.unsettled()) {
    if (pending_.size() >= limits::status_questions) {
      break;
    }
    const Job& job = jobs.find(id)->second;
    if (!job.ended() && !jobs.clean(job) && !job.listed && !pending_.contains(id) &&
        !asked_.contains(id)) {
      pending_.insert(id);
      asked_.emplace(id, now);
      due.push_back(id);
    }
  }
  return due;
}

}  // namespace penstock::jobs
