// Of the model's world: what stands between Jobs and Kafka, and does what Jobs orders.
#include <algorithm>

#include "unit/jobs/model_world.hpp"

namespace penstock::jobs {

void ModelWorld::decide_live() {
  if (decided_ == journal_.size() || lagging_ > 0) {
    lagging_ -= lagging_ > 0 ? 1 : 0;
    return;
  }
  const Stored& block = journal_[decided_++];
  Batch batch = block.kind == BlockKind::lines
                    ? live_lines(block.session, block.received_at, block.lines)
                    : live_mark(block.session, block.kind, block.received_at, block.cause);
  batch.truncated_bytes = block.truncated_bytes;
  Item item;
  item.changes = jobs_->decide(batch, now_);
  batch.verdicts.resize(batch.events.size(), Verdict::publish);  // without jobs, all of it
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    if (batch.verdicts[i] == Verdict::publish && !batch.events[i].is_job_status()) {
      item.published.emplace_back(normal_job_id(batch.events[i].job_id), batch.fingerprints[i].low);
    } else if (batch.verdicts[i] != Verdict::publish && batch.events[i].is_job_status()) {
      fail("a live status was held back");
    }
  }
  item.journal_up_to = decided_;
  tell("decided live:" + shown(block.lines) + ", " + std::to_string(item.published.size()) +
       " published");
  pending_.push_back(std::move(item));
}

void ModelWorld::decide_replay() {
  if (replays_.empty()) {
    return;
  }
  const auto replay = replays_.begin() + static_cast<std::ptrdiff_t>(any(replays_.size()));
  const Stored block = std::move(replay->blocks.front());
  replay->blocks.pop_front();
  const ChannelId run = replay->run;
  const std::string job = replay->job;
  if (replay->blocks.empty()) {
    replays_.erase(replay);
  }
  Batch batch =
      of_replay(block.kind == BlockKind::lines ? live_lines({}, now_, block.lines)
                                               : live_mark({}, block.kind, now_, block.cause),
                run);
  batch.truncated_bytes = block.truncated_bytes;
  Item item;
  item.changes = jobs_->decide(batch, now_);
  if (!batch.dead_letters.empty()) {
    fail("a dead letter of a replay was kept");
  }
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    if (batch.verdicts[i] == Verdict::publish) {
      item.published.emplace_back(normal_job_id(batch.events[i].job_id), batch.fingerprints[i].low);
    }
  }
  item.journal_up_to = decided_;
  const char* const what = block.kind == BlockKind::session_opened ? " opens"
                           : block.kind == BlockKind::lines        ? " brings:"
                           : block.cause == DisconnectCause::ended ? " ends"
                                                                   : " breaks";
  tell("replay of " + job + what + shown(block.lines) + ", " +
       std::to_string(item.published.size()) + " published");
  pending_.push_back(std::move(item));
}

void ModelWorld::take(Changes changes) {
  if (!changes.empty()) {
    pending_.push_back({.changes = std::move(changes), .published = {}, .journal_up_to = decided_});
  }
}

void ModelWorld::obey() {
  for (const Order& order : jobs_->take_orders()) {
    std::visit([&](const auto& what) { obey(what); }, order);
  }
}

void ModelWorld::obey(const order::StartReplay& order) {
  if (one_in(6)) {
    tell("replay of " + order.job + " is refused");
    take(jobs_->replay_failed(order.run, ReplayEnd::refused, std::nullopt, now_));
  } else if (!remote_.find(order.job).finished_at && one_in(4)) {
    tell("replay of " + order.job + " isn't there yet");
    take(jobs_->replay_failed(order.run, ReplayEnd::gone, std::nullopt, now_));
  } else {
    replays_.push_back(make_replay(order));
  }
}

ModelWorld::Replay ModelWorld::make_replay(const order::StartReplay& order) {
  Replay replay{.run = order.run, .job = order.job, .blocks = {}};
  replay.blocks.push_back({.kind = BlockKind::session_opened});
  std::vector<Line> lines = remote_.replay(order.job);
  const bool breaks = one_in(4);
  if (breaks) {
    lines.resize(any(lines.size() + 1));
  }
  if (one_in(10) && !lines.empty()) {
    lines[any(lines.size())] = one_in(2) ? bad_line() : event_line("job-of-others", 3);
  } else if (!breaks && one_in(10) && lacking_.insert(order.job).second) {
    lines.resize(lines.size() - std::min<std::size_t>(lines.size(), 1 + any(2)));
    tell("the replay of " + order.job + " is going to lack something");
  } else {
    lacking_.erase(order.job);
  }
  Stored block;
  for (Line& line : lines) {
    block.lines.push_back(std::move(line));
    if (any(4) == 0) {
      replay.blocks.push_back(std::exchange(block, {}));
    }
  }
  block.truncated_bytes = breaks ? any(2) : 0;
  replay.blocks.push_back(std::move(block));
  replay.blocks.push_back({.kind = BlockKind::session_closed,
                           .cause = breaks ? DisconnectCause::aborted : DisconnectCause::ended});
  return replay;
}

void ModelWorld::obey(const order::StopReplay& order) {
  if (any(2) == 0) {  // else its batches are on their way already
    std::erase_if(replays_, [&](const Replay& replay) { return replay.run == order.run; });
  }
}

void ModelWorld::obey(const order::Tell& order) {
  tell(std::string(to_string(order.event)) + ": " + order.detail);
  if (order.event == SourceEvent::ledger_full ||
      (order.event == SourceEvent::job_uncounted && !uncounted_)) {
    fail("without a reason: " + std::string(to_string(order.event)) + ", " + order.detail);
  }
}

void ModelWorld::answer_list() {
  if (lists_asked_ == 0) {
    return;
  }
  if (--lists_asked_ > 0) {
    fail("the list was asked for twice at a time");
  }
  if (one_in(3)) {
    take(jobs_->tasks_failed(now_));
  } else {
    const std::vector<Task> tasks = uncounted_ ? remote_.short_list() : remote_.list();
    tell("the list comes, with " + std::to_string(tasks.size()));
    take(jobs_->tasks_listed(tasks, now_));
  }
}

void ModelWorld::answer_status() {
  if (asked_.empty()) {
    return;
  }
  const std::string job = asked_.front();
  asked_.pop_front();
  if (one_in(3)) {
    jobs_->status_failed(job);
  } else {
    take(jobs_->status_told(job, remote_.status(job, !uncounted_), now_));
  }
}

void ModelWorld::commit() {
  const std::size_t count = healed_ ? pending_.size() : any(pending_.size() + 1);
  if (count == 0) {
    return;
  }
  std::vector<const Changes*> changes;
  for (std::size_t i = 0; i < count; ++i) {
    changes.push_back(&pending_[i].changes);
  }
  const std::vector<SideRecord> records = jobs_->records(changes);
  if (one_in(4) && jobs_->records(changes) != records) {
    fail("the same changes gave other records the second time");
  }
  for (const SideRecord& record : records) {
    if (record.topic == RecordTopic::state) {
      state_log_.emplace_back(record.key, record.value);
      record.value ? static_cast<void>(state_[record.key] = *record.value)
                   : static_cast<void>(state_.erase(record.key));
    } else {
      (record.topic == RecordTopic::jobs ? jobs_topic_ : gaps_topic_)[record.key] =
          record.value.value_or("");
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    for (const auto& event : pending_[i].published) {
      const auto truth = remote_.truth().find(event);
      const int happened = truth == remote_.truth().end() ? 0 : truth->second;
      if (++published_[event] > happened) {
        fail(event.first + ":" + std::to_string(event.second) + " was published once too often");
      }
    }
  }
  journal_committed_ = pending_[count - 1].journal_up_to;
  jobs_->committed(changes);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
  tell("committed");
}

void ModelWorld::crash() {
  tell("the process dies");
  if (connected_ && any(3) == 0) {
    disconnect();  // it was told to stop
  } else {
    seal();  // mapped pages outlive it
    connected_ = false;
  }
  pending_.clear();
  replays_.clear();
  asked_.clear();
  lists_asked_ = 0;
  decided_ = journal_committed_;
  pass_time(any(2) == 0 ? 1'000 : 100'000);
  if (uncounted_ && one_in(4) && journal_committed_ > 0 && journal_committed_ == journal_.size()) {
    tell("the state topic is lost");
    state_log_.clear();
    state_.clear();
  }
  start();
}

void ModelWorld::start() {
  JobsOptions options{
      .source = SourceName("stream"),
      .has_jobs = !(uncounted_ && one_in(3) && journal_committed_ == journal_.size()),
      .on_first_start = on_first_start_,
      .ledger_memory = 1_MiB,
      .id_seed = "p" + std::to_string(++instances_),
      .journal_published = journal_committed_ > 0};
  tell(options.has_jobs ? "a process with jobs" : "a process without jobs");
  jobs_ = std::make_unique<Jobs>(std::move(options));
  if (any(2) == 0) {  // compaction: of each key the last record stays where it is
    std::set<std::string> seen;
    auto log = std::exchange(state_log_, {});
    for (auto record = log.rbegin(); record != log.rend(); ++record) {
      if (seen.insert(record->first).second && (record->second || any(2) == 0)) {
        state_log_.push_back(std::move(*record));
      }
    }
    std::reverse(state_log_.begin(), state_log_.end());
  }
  for (const auto& [key, value] : state_log_) {
    const auto restored =
        jobs_->restore(key, value ? std::optional<std::string_view>(*value) : std::nullopt);
    if (!restored) {
      fail(restored.error().what);
    }
  }
  jobs_->restored(now_);
}

}  // namespace penstock::jobs
