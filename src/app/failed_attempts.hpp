// Attempts that opened no session, on their way to the gap that they belong to. Pure.
//
// The marks of sessions go the way of the bytes, which takes as long as Kafka is away. What is told
// of an attempt must not overtake them: it waits until all that was received before is with the
// publisher. If a session opens first, it is told as what came before that one.
#pragma once

#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "penstock/core/session_end.hpp"
#include "penstock/jobs/jobs.hpp"

namespace penstock::app {

class FailedAttempts {
 public:
  using Ask = std::function<Changes(jobs::Jobs&)>;
  using Post = std::function<void(Ask)>;

  // What Jobs is to be asked: `in_turn`, behind the live batches that wait for their decision;
  // `ahead`, before them.
  FailedAttempts(Post in_turn, Post ahead)
      : in_turn_(std::move(in_turn)), ahead_(std::move(ahead)) {}

  // `all_pushed`: what was received so far was pushed to the publisher. Between two sessions each
  // cause counts once, as attempts may go on for as long as Kafka is away.
  void failed(DisconnectCause cause, WallTime now, bool all_pushed) {
    if (told_.insert(cause).second) {
      waiting_.push_back({cause, now});
      moved(all_pushed);
    }
  }
  void moved(bool all_pushed) {
    if (!all_pushed || waiting_.empty()) {
      return;
    }
    for (const auto& [cause, at] : std::exchange(waiting_, {})) {
      in_turn_([after = last_, cause, at](jobs::Jobs& jobs) {
        return jobs.session_failed(after, cause, at);
      });
    }
  }
  // Before its mark is on its way.
  void opened(SessionId session) {
    told_.clear();
    for (const auto& [cause, at] : std::exchange(waiting_, {})) {
      ahead_([session, cause](jobs::Jobs& jobs) {
        jobs.session_failed_before(session, cause);
        return Changes{};
      });
    }
    last_ = session;
  }

 private:
  struct Failed {
    DisconnectCause cause;
    WallTime at;
  };

  Post in_turn_, ahead_;
  std::vector<Failed> waiting_;
  SessionId last_;                  // of the sessions that opened
  std::set<DisconnectCause> told_;  // since that one
};

}  // namespace penstock::app
