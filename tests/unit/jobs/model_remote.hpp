// The remote of the model test: jobs that live their lives, a live stream, replays, the tasks API.
// It knows the truth: every event that ever was.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "penstock/core/backoff.hpp"
#include "unit/jobs/batches.hpp"

namespace penstock::jobs {

// How often each event was: by normal job id and number.
using Multiset = std::map<std::pair<std::string, std::uint64_t>, int>;

class ModelRemote {
 public:
  struct RemoteJob {
    std::string id;
    WallTime requested_at;
    std::optional<WallTime> finished_at{};
    bool created = false;
    std::vector<std::uint64_t> to_come{};   // events, the next last
    std::vector<std::uint64_t> happened{};  // events
    bool revoked = false;
  };

  explicit ModelRemote(Random& random) : random_(random) {}

  void request_job(WallTime now) {
    RemoteJob job{.id = "job-" + std::to_string(jobs_.size() + 1), .requested_at = now};
    const std::size_t events = random_() % 25;
    const std::uint64_t distinct = 1 + random_() % 20;  // few: many twins
    for (std::size_t i = 0; i < events; ++i) {
      job.to_come.push_back(1 + random_() % distinct);
    }
    job.revoked = random_() % 5 == 0;
    jobs_.push_back(std::move(job));
  }

  // The next line of the stream; none where nothing happens.
  std::optional<Line> happen(WallTime now) {
    std::vector<RemoteJob*> running;
    for (RemoteJob& job : jobs_) {
      if (!job.finished_at) {
        running.push_back(&job);
      }
    }
    if (running.empty()) {
      return std::nullopt;
    }
    RemoteJob& job = *running[random_() % running.size()];
    if (!job.created) {
      job.created = true;
      return status_line(live_id(job), created_flags);
    }
    if (job.to_come.empty()) {
      job.finished_at = now;
      return status_line(live_id(job), end_flags(job));
    }
    const std::uint64_t event = job.to_come.back();
    job.to_come.pop_back();
    job.happened.push_back(event);
    ++truth_[{job.id, event}];
    return event_line(live_id(job), event);
  }

  // The body of a replay, in an order of its own. One of a running job may lag behind.
  std::vector<Line> replay(const std::string& id) {
    const RemoteJob& job = find(id);
    std::vector<std::uint64_t> events = job.happened;
    if (!job.finished_at && !events.empty() && random_() % 2 == 0) {
      events.resize(events.size() - random_() % (1 + events.size() / 2));
    }
    for (std::size_t i = events.size(); i > 1; --i) {
      std::swap(events[i - 1], events[random_() % i]);
    }
    std::vector<Line> lines;
    const bool with_status = random_() % 2 == 0;
    if (with_status) {
      lines.push_back(status_line(live_id(job), created_flags));
    }
    for (const std::uint64_t event : events) {
      lines.push_back(event_line(live_id(job), event));
    }
    if (with_status && job.finished_at) {
      lines.push_back(status_line(live_id(job), end_flags(job)));
    }
    return lines;
  }

  std::vector<Task> list() const {
    std::vector<Task> tasks;
    for (const RemoteJob& job : jobs_) {
      tasks.push_back(status(job.id));
    }
    return tasks;
  }

  // One that has some jobs only, and of others no times.
  std::vector<Task> short_list() const {
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (i % 3 != 0 && random_() % 4 != 0) {
        tasks.push_back(status(jobs_[i].id, i % 3 == 1));
      }
    }
    return tasks;
  }

  Task status(const std::string& id, bool with_times = true) const {
    const RemoteJob& job = find(id);
    const std::string word = !job.finished_at ? "requested" : job.revoked ? "Revoked" : "Success";
    return {.job_id = id,
            .status = word,
            .requested_at = with_times ? std::optional(job.requested_at) : std::nullopt,
            .finished_at = with_times ? job.finished_at : std::nullopt};
  }

  bool all_finished() const {
    return std::all_of(jobs_.begin(), jobs_.end(),
                       [](const RemoteJob& job) { return job.finished_at.has_value(); });
  }
  const RemoteJob& find(const std::string& id) const {
    return *std::find_if(jobs_.begin(), jobs_.end(),
                         [&](const RemoteJob& job) { return job.id == id; });
  }
  const std::vector<RemoteJob>& jobs() const { return jobs_; }
  const Multiset& truth() const { return truth_; }

 private:
  std::string live_id(const RemoteJob& job) const {
    return random_() % 2 == 0 ? "client-" + job.id : job.id;
  }
  static JobFlags end_flags(const RemoteJob& job) {
    return job.revoked ? revoked_flags : success_flags;
  }

  Random& random_;
  std::vector<RemoteJob> jobs_;
  Multiset truth_;
};

}  // namespace penstock::jobs
