#include "order_desk.hpp"

#include <algorithm>

namespace penstock::scenario {
namespace {

// Small, so that a run of a dozen events takes several blocks.
constexpr journal::RingOptions replay_ring{.max_size = Bytes{8'192},
                                           .max_line = largest_event,
                                           .segment_size = Bytes{4'096},
                                           .block_size = Bytes{512}};

}  // namespace

OrderDesk::Run::Run(std::string replayed, ReplayAnswer&& answer, bool in_order)
    : job(std::move(replayed)),
      lane(replay_ring, std::make_unique<journal::MemorySegments>(replay_ring.segment_size),
           {.max_line = replay_ring.max_line, .kind = ChannelKind::replay, .has_ledger = true},
           in_order),
      body(std::move(answer.body)),
      whole(answer.whole) {}

void OrderDesk::take(std::vector<jobs::Order>&& orders) {
  for (jobs::Order& order : orders) {
    if (const auto* const tell = std::get_if<jobs::order::Tell>(&order)) {
      links_.story.say(source_, to_string(tell->event), ": ", tell->detail);
    } else if (const auto* const run = std::get_if<jobs::order::StopReplay>(&order)) {
      stop(*run);
    } else {
      const Duration delay{static_cast<std::int64_t>(links_.dice.below(200))};
      errands_.push_back({links_.clock.monotonic() + delay, std::move(order), {}});
    }
  }
}

bool OrderDesk::is_due(Errand& errand) const {
  const MonotonicTime now = links_.clock.monotonic();
  return now >= errand.at && (!std::holds_alternative<jobs::order::StartReplay>(errand.order) ||
                              errand.gate.opens(links_.live.live(), now));
}

std::vector<OrderDesk::Step> OrderDesk::possible() {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < errands_.size(); ++i) {
    if (is_due(errands_[i])) {
      steps.push_back({Work::errand, i, 0});
    }
  }
  for (const auto& [id, run] : runs_) {
    if (run->open && !run->full) {
      steps.push_back({Work::read, 0, id});
    }
    if (run->lane.ring().has_unsealed_lines()) {
      steps.push_back({Work::seal, 0, id});
    }
    if (run->lane.has_work()) {
      steps.push_back({Work::extract, 0, id});
    }
  }
  return steps;
}

std::size_t OrderDesk::steps() { return errands_.empty() && runs_.empty() ? 0 : possible().size(); }

std::optional<MonotonicTime> OrderDesk::due() const {
  std::optional<MonotonicTime> first;
  for (const Errand& errand : errands_) {
    MonotonicTime at = errand.at;
    if (std::holds_alternative<jobs::order::StartReplay>(errand.order)) {
      at = std::max(at, jobs::ReplayGate::not_before(links_.live.live()));
      if (at <= links_.clock.monotonic()) {
        continue;  // what it waits for comes at its own time
      }
    }
    first = std::min(first.value_or(at), at);
  }
  return first;
}

void OrderDesk::step(std::size_t which, extract::Extractor& extractor) {
  const Step step = possible()[which];
  if (step.work == Work::errand) {
    const Errand errand = errands_[step.errand];
    errands_.erase(errands_.begin() + static_cast<std::ptrdiff_t>(step.errand));
    carry_out(errand.order);
    return;
  }
  Run& run = *runs_.at(step.run);
  switch (step.work) {
    case Work::read:
      read(run);
      break;
    case Work::seal:
      run.lane.ring().seal();
      run.lane.feed();
      break;
    case Work::extract:
      run.lane.extract(extractor, links_.dice, links_.deliver);
      break;
    case Work::errand:
      break;
  }
}

void OrderDesk::carry_out(const jobs::Order& order) {
  if (const auto* const start_replay = std::get_if<jobs::order::StartReplay>(&order)) {
    start(*start_replay);
  } else if (const auto* const ask = std::get_if<jobs::order::AskStatus>(&order)) {
    ask_status(ask->job);
  } else {
    list_tasks();
  }
}

void OrderDesk::start(const jobs::order::StartReplay& start) {
  const auto open =
      std::count_if(runs_.begin(), runs_.end(), [](const auto& run) { return run.second->open; });
  if (static_cast<std::size_t>(open) >= concurrency_) {
    links_.violated("more replays at a time than configured");
  }
  ReplayAnswer answer = links_.remote.replay(source_, start.job);
  const ChannelId id = start.run;
  if (answer.answer.kind != Answer::Kind::ok) {
    links_.story.say(source_, "replay of ", start.job, " is answered ", answer.answer.status);
    const ReplayEnd end = answer.answer.status == 404 ? ReplayEnd::gone : ReplayEnd::refused;
    links_.post([this, id, end, wait = answer.answer.retry_after] {
      return links_.jobs.replay_failed(id, end, wait, links_.clock.wall());
    });
    return;
  }
  links_.story.say(source_, "replay of ", start.job, ": ", answer.body.size(), " bytes come",
                   answer.whole ? "" : ", then it breaks");
  auto run = std::make_unique<Run>(start.job, std::move(answer), planted_ != Planted::reorder);
  run->lane.ring().open_session(id, SessionId{id.value}, links_.clock.wall());
  run->lane.feed();
  runs_[id.value] = std::move(run);
}

void OrderDesk::read(Run& run) {
  const std::size_t there = run.body.size() - run.read;
  if (there == 0) {
    close(run, run.whole ? DisconnectCause::ended : DisconnectCause::aborted);
    return;
  }
  const std::span<char> room = run.lane.ring().writable();
  const std::size_t most = std::min(room.size(), there);
  if (most > 0) {
    const std::size_t count = links_.dice.one_in(2) ? most : 1 + links_.dice.below(most);
    run.body.copy(room.data(), count, run.read);
    run.read += count;
    run.lane.ring().received(count, links_.clock.wall());
  }
  run.full = most == 0;
  run.lane.feed();
}

void OrderDesk::close(Run& run, DisconnectCause cause) {
  run.open = false;
  run.lane.ring().close_session(cause);
  run.lane.feed();
}

void OrderDesk::stop(const jobs::order::StopReplay& stop) {
  std::erase_if(errands_, [&](const Errand& errand) {
    const auto* const start = std::get_if<jobs::order::StartReplay>(&errand.order);
    return start != nullptr && start->run == stop.run;
  });
  const auto run = runs_.find(stop.run.value);
  if (run != runs_.end() && run->second->open) {
    links_.story.say(source_, "replay of ", run->second->job, " is stopped");
    close(*run->second, DisconnectCause::aborted);
  }
}

void OrderDesk::stop() {
  errands_.clear();
  for (auto& [id, run] : runs_) {
    if (run->open) {
      close(*run, DisconnectCause::aborted);
    }
  }
}

bool OrderDesk::extracted() const {
  return std::all_of(runs_.begin(), runs_.end(),
                     [](const auto& run) { return run.second->lane.extracted(); });
}

void OrderDesk::released(const Batch& batch) {
  const auto run = runs_.find(batch.block.channel.value);
  run->second->lane.release(batch.block.sequence);
  run->second->full = false;
  if (!run->second->open && run->second->lane.empty()) {
    runs_.erase(run);
  }
}

void OrderDesk::list_tasks() {
  auto tasks = links_.remote.tasks(source_);
  if (!tasks) {
    links_.post([this] { return links_.jobs.tasks_failed(links_.clock.wall()); });
    return;
  }
  if (planted_ == Planted::candidates) {
    std::erase_if(*tasks, [](const Task& task) { return task.finished_at.has_value(); });
  }
  links_.story.say(source_, "the task list has ", tasks->size(), " jobs");
  links_.post([this, list = std::move(*tasks)] {
    return links_.jobs.tasks_listed(list, links_.clock.wall());
  });
}

void OrderDesk::ask_status(const std::string& job) {
  const bool known = links_.remote.knows(source_, job);
  const auto task = links_.remote.status(source_, job);
  links_.story.say(source_, "status of ", job, ": ", task ? task->status : known ? "-" : "unknown");
  links_.post([this, job, known, task] {
    if (known && !task) {
      links_.jobs.status_failed(job);
      return Changes{};
    }
    return links_.jobs.status_told(job, task, links_.clock.wall());
  });
}

}  // namespace penstock::scenario
