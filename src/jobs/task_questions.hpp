// When the tasks API is asked, and for what: the list at the start, every task_poll_interval and
// after each gap; the status of a job that may have ended, or begun, unseen. Pure; used by one
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jobs/job_tracker.hpp"
#include "penstock/core/backoff.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::jobs {

class TaskQuestions {
 public:
  TaskQuestions(Duration interval, Duration retry_first, Duration retry_max)
      : interval_(interval), backoff_(retry_first, retry_max) {}

  // Waits that have begun stay as long as they are.
  void reconfigure(Duration interval, Duration retry_first, Duration retry_max) {
    interval_ = interval;
    backoff_ = DoublingBackoff(retry_first, retry_max);
  }

  void clock_set_back(Duration by);

  // True: ask for the list now. One question at a time.
  bool list_due(bool wanted, WallTime now) {
    if (list_pending_ || now < list_not_before_ || (!wanted && now < next_list_)) {
      return false;
    }
    list_pending_ = true;
    return true;
  }
  void listed(WallTime now) {
    list_pending_ = false;
    list_settled_ = true;
    next_list_ = now + interval_;
    lists_failed_ = 0;
    backoff_.reset();
  }
  void list_failed(WallTime now) {
    list_pending_ = false;
    list_settled_ = true;
    ++lists_failed_;
    list_not_before_ = next_list_ = now + backoff_.next();
  }

  // Jobs whose status is to be asked for now, in turn: those that replays wait for, and that the
  // list doesn't have, or had last before lists failed; and, until it is answered, those that ended
  // and that no list dated. Not before the first list came, or didn't.
  std::vector<std::string> statuses_due(const JobTracker& jobs, WallTime now);
  void status_answered(std::string_view job) { pending_.erase(std::string(job)); }

 private:
  Duration interval_;
  DoublingBackoff backoff_;
  bool list_pending_ = false;
  bool list_settled_ = false;
  std::uint32_t lists_failed_ = 0;  // in a row
  WallTime next_list_{}, list_not_before_{};
  JobIds pending_;
  std::map<std::string, WallTime, std::less<>> asked_;  // when last, within the interval
  std::string last_asked_;  // those behind it come first: else they waited for ever
};

}  // namespace penstock::jobs
