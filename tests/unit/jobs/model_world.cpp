#include "unit/jobs/model_world.hpp"

#include <algorithm>

namespace penstock::jobs {
static std::string shown(const Line& line) {
  if (line.bad) {
    return "?";
  }
  const std::string what = !line.status                         ? std::to_string(line.event)
                           : *line.status == created_flags      ? "created"
                           : line.status->completed.has_value() ? "completed"
                                                                : "revoked";
  return std::string(normal_job_id(line.job.value_or("-"))) + ":" + what;
}

std::string shown(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    text += " " + shown(line);
  }
  return text;
}

ModelWorld::ModelWorld(std::uint64_t seed, bool tell, bool uncounted)
    : random_(seed),
      telling_(tell),
      uncounted_(uncounted),
      on_first_start_(any(4) == 0 ? FirstStart::none : FirstStart::listed) {
  start();
}

void ModelWorld::tell(const std::string& line) {
  if (telling_) {
    story_ += std::to_string((now_ - at_s(0)).count()) + " ms: " + line + "\n";
  }
}

void ModelWorld::fail(const std::string& what) {
  if (broken_.empty()) {
    broken_ = what;
    tell("BROKEN: " + what);
  }
}

void ModelWorld::live_through(int steps) {
  for (int step = 0; step < steps && broken_.empty(); ++step) {
    switch (any(24)) {
      case 0:
        if (remote_.jobs().size() < 5) {
          remote_.request_job(now_);
          tell("job-" + std::to_string(remote_.jobs().size()) + " is requested");
        }
        break;
      case 1:
        connected_ ? disconnect() : connect();
        break;
      case 2:
        connect();
        if (one_in(20)) {
          lagging_ = static_cast<int>(any(100));
          tell("live blocks wait in the journal");
        }
        break;
      case 3:
        pass_time(one_in(4) ? (uncounted_ ? 2'000'000 : 200'000) : 5'000);
        break;
      case 4:
        take(jobs_->tick(now_));
        break;
      case 5:
        answer_list();
        answer_status();
        break;
      case 6:
      case 7:
        commit();
        break;
      case 8:
        if (one_in(6)) {
          crash();
        }
        break;
      case 9:
        seal();
        break;
      case 10:
      case 11:
      case 12:
        decide_replay();
        break;
      case 13:
      case 14:
      case 15:
        decide_live();
        break;
      default:
        something_happens();
    }
    obey();
  }
}

void ModelWorld::come_to_rest() {
  lagging_ = one_in(8) ? 1000 : 0;
  healed_ = true;
  tell("no more faults");
  if (uncounted_) {
    crash();
  }
  const int rounds = uncounted_ ? 150 : 4000;
  for (int round = 0; round < rounds && broken_.empty(); ++round) {
    connect();
    something_happens();
    seal();
    decide_live();
    decide_replay();
    answer_list();
    answer_status();
    obey();
    if (round % 4 == 0) {
      pass_time(20'000);
      take(jobs_->tick(now_));
      obey();
      commit();
      be_the_operator();
    }
    const bool done = remote_.all_finished() && decided_ == journal_.size() &&
                      open_block_.lines.empty() && unsettled().empty() && pending_.empty();
    const bool kept = std::any_of(state_.begin(), state_.end(), [&](const auto& record) {
      const std::string& key = record.first;
      return key.starts_with("gap/") ||
             (key.starts_with("ledger/") && !predates(key.substr(7, key.rfind('/') - 7)));
    });
    if (done && !kept) {
      return;
    }
  }
  if (uncounted_) {
    return;
  }
  std::string left;
  for (const auto& [key, value] : state_) {
    left += "\n" + key + "\n" + (key.starts_with("ledger/") ? "" : value);
  }
  fail("it doesn't come to rest; the state topic holds" + left);
}

void ModelWorld::check_nothing_is_missing() {
  for (const auto& [event, count] : remote_.truth()) {
    if (predates(event.first)) {
      continue;
    }
    const int published = published_[event];
    if (published != count) {
      fail(event.first + ":" + std::to_string(event.second) + " was published " +
           std::to_string(published) + " times, and happened " + std::to_string(count) + " times");
    }
  }
  for (const ModelRemote::RemoteJob& job : remote_.jobs()) {
    if (predates(job.id)) {
      continue;
    }
    const std::string& shown = jobs_topic_[job.id];
    if (shown.find("\"events\":" + std::to_string(job.happened.size()) + ",") ==
            std::string::npos ||
        shown.find("\"settled\":true") == std::string::npos) {
      fail("the topic shows of " + job.id + ": " + shown);
    }
  }
}

void ModelWorld::pass_time(std::int64_t most_ms) {
  now_ += Duration(1 + static_cast<std::int64_t>(any(static_cast<std::uint64_t>(most_ms))));
}

void ModelWorld::connect() {
  if (connected_) {
    return;
  }
  if (one_in(3)) {
    if (decided_ == journal_.size()) {
      take(jobs_->session_failed(session_, DisconnectCause::unreachable, now_));
    } else {
      jobs_->session_failed_before(session_.next(), DisconnectCause::unreachable);
    }
    return;
  }
  connected_ = true;
  if (session_ == SessionId{}) {
    first_session_ = now_;
  }
  session_ = session_.next();
  journal_.push_back({.kind = BlockKind::session_opened, .session = session_, .received_at = now_});
  tell("session " + std::to_string(session_.value) + " opens");
}

void ModelWorld::disconnect() {
  std::uint64_t truncated = 0;
  if (!open_block_.lines.empty() && any(2) == 0) {
    tell("cut off:" + shown({open_block_.lines.back()}));
    open_block_.lines.pop_back();  // happened, and didn't come whole
    truncated = any(2) * 17;
  }
  open_block_.truncated_bytes = truncated;
  seal();
  const DisconnectCause cause = any(2) == 0 ? DisconnectCause::ended : DisconnectCause::aborted;
  journal_.push_back({.kind = BlockKind::session_closed,
                      .session = session_,
                      .received_at = now_,
                      .cause = cause});
  connected_ = false;
  tell("session " + std::to_string(session_.value) + " closes");
}

void ModelWorld::something_happens() {
  pass_time(200);
  auto line = remote_.happen(now_);
  if (!line) {
    return;
  }
  if (!connected_) {
    tell("missed:" + shown({*line}));
    return;
  }
  if (one_in(60)) {
    tell("garbled:" + shown({*line}));
    line = bad_line();
  }
  if (open_block_.lines.empty()) {
    open_block_.session = session_;
    open_block_.received_at = now_;
  }
  open_block_.lines.push_back(*std::move(line));
  if (any(3) == 0) {
    seal();
  }
}

void ModelWorld::seal() {
  if (!open_block_.lines.empty() || open_block_.truncated_bytes > 0) {
    if (open_block_.lines.empty()) {
      open_block_.session = session_;
      open_block_.received_at = now_;
    }
    tell("received:" + shown(open_block_.lines));
    journal_.push_back(std::exchange(open_block_, {}));
  }
}

std::vector<std::string> ModelWorld::unsettled() const {
  std::vector<std::string> jobs;
  for (const ModelRemote::RemoteJob& job : remote_.jobs()) {
    const auto record = state_.find("job/" + job.id);
    if (!predates(job.id) &&
        (record == state_.end() || record->second.find("\nsettled=1\n") == std::string::npos)) {
      jobs.push_back(job.id);
    }
  }
  return jobs;
}

// Was there before the first session, and the configuration says to leave such jobs.
bool ModelWorld::predates(const std::string& job) const {
  const auto record = state_.find("job/" + job);
  return on_first_start_ == FirstStart::none && record != state_.end() &&
         record->second.find("\npredates=1\n") != std::string::npos &&
         remote_.find(job).requested_at <= first_session_;
}

// What was held or given up in the time of faults is asked for again.
void ModelWorld::be_the_operator() {
  for (const std::string& job : unsettled()) {
    const auto record = state_.find("job/" + job);
    if (record != state_.end() && (record->second.find("\ngiven_up=") != std::string::npos ||
                                   record->second.find("\nheld=1") != std::string::npos)) {
      tell("the operator asks for " + job);
      auto asked = jobs_->replay_requested(job, true, now_);
      if (!asked) {
        if (!uncounted_) {
          fail(asked.error().what);
        }
        return;
      }
      take(std::move(*asked));
      commit();
    }
  }
}

}  // namespace penstock::jobs
