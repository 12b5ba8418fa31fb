#include "world.hpp"

#include <algorithm>
#include <array>

#include "checks.hpp"
#include "event_text.hpp"

namespace penstock::scenario {
namespace {

constexpr std::uint64_t most_steps = 500'000;
constexpr std::uint64_t longest_suspension = 1'200;  // seconds
constexpr std::uint64_t most_set_back =
    85;  // seconds; seven of them are below the ten minutes that clocks may differ

}  // namespace

RunResult run(const RunOptions& options) { return World(options).run(); }

World::World(const RunOptions& options)
    : options_(options),
      dice_(options.seed),
      machine_(clock_),
      story_(clock_, options.told),
      remote_(clock_, dice_, story_),
      kafka_(clock_, {.partitions = 2,
                      .refuses =
                          [this](const std::string& topic, std::string_view value) {
                            return !refused_marks_.empty() && topic != "p.dead-letters" &&
                                   refused_marks_.contains(mark_of(value).value_or(0));
                          }}),
      weather_(clock_, dice_, story_) {
  plan();
}

// --- processes

// Mostly that of the process before, on the same machine, which may have been restarted itself.
KeptJournal& World::journal_of(const std::string& source) {
  KeptJournal*& last = last_journals_[source];
  const bool other_machine = !processes_.empty() || dice_.one_in(4);
  if (last == nullptr || other_machine) {
    const std::uint64_t number = journals_.size() + 1;
    last = &journals_.emplace_back();
    last->name = "journal" + std::to_string(number);
    last->id = JournalId{number};
  } else if (dice_.one_in(4)) {
    ++last->boot;
    story_.say(source, "the machine was restarted");
  }
  return *last;
}

void World::start_process() {
  if (processes_.empty() && dice_.one_in(3)) {
    story_.say("kafka", "the state topic is compacted");
    for (const auto& partition : kafka_.partitions_of("penstock.p.state")) {
      kafka_.compact(partition);
    }
  }
  auto process = std::make_unique<Process>();
  process->number = ends_.size();
  ends_.emplace_back();
  story_.say("penstock", "process ", process->number, " starts");
  for (const auto& [name, source] : remote_.sources()) {
    process->units.push_back(std::make_unique<SourceUnit>(
        UnitOptions{.source = name,
                    .has_jobs = source.has_jobs,
                    .on_first_start = on_first_start_,
                    .replay_concurrency = replay_concurrency_,
                    .ring_size = ring_size_,
                    .held_back = held_back_,
                    .instance = process->number,
                    .journal = &journal_of(name),
                    .planted = options_.planted},
        Surroundings{clock_, machine_, dice_, story_, remote_, kafka_, weather_, violations_}));
  }
  processes_.push_back(std::move(process));
}

void World::stop_process(std::size_t index, std::string_view how) {
  const std::size_t number = processes_[index]->number;
  story_.say("penstock", "process ", number, " ", how);
  ends_[number] = clock_.wall();
  for (const auto& [name, source] : remote_.sources()) {
    if (source.open != 0 && source.connections.at(source.open).instance == number) {
      remote_.cut(name, Connection::End::broken);
    }
  }
  processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(index));
}

void World::bring(const Trouble& trouble) {
  using Kind = Trouble::Kind;
  const WallTime until = std::min(clock_.wall() + trouble.lasts, calm_at_);
  const auto each_source = [&](const auto& what) {
    for (const auto& [name, source] : remote_.sources()) {
      what(name);
    }
  };
  switch (trouble.kind) {
    case Kind::end:
      each_source([&](const std::string& name) { remote_.cut(name, Connection::End::orderly); });
      break;
    case Kind::reset:
      each_source([&](const std::string& name) { remote_.cut(name, Connection::End::broken); });
      break;
    case Kind::silence:
      each_source([&](const std::string& name) { remote_.cut(name, Connection::End::silent); });
      break;
    case Kind::refusal:
      each_source([&](const std::string& name) {
        constexpr std::array<unsigned, 4> statuses{503, 429, 401, 0};
        const unsigned status = statuses[dice_.below(statuses.size())];
        remote_.refuse(name,
                       {status == 0 ? Answer::Kind::unreachable : Answer::Kind::status, status, {}},
                       until);
        remote_.cut(name, Connection::End::broken);
      });
      break;
    case Kind::outage:
      weather_.outage(until);
      break;
    case Kind::crash:
      crash_until_ = until;
      steps_to_crash_ = dice_.below(100);
      break;
    case Kind::restart:
      if (processes_.size() == 1 && !processes_[0]->stops_at) {
        story_.say("penstock", "process ", processes_[0]->number, " drains");
        processes_[0]->stops_at = clock_.wall() + limits::drain;
        for (auto& unit : processes_[0]->units) {
          unit->drain();
        }
      }
      break;
    case Kind::takeover:
      if (processes_.size() == 1 && !processes_[0]->stops_at) {
        had_takeover_ = true;
        start_process();
      }
      break;
    case Kind::request:
      for (const auto& process : processes_) {
        SourceUnit& unit = *process->units.back();
        const std::string job = "job" + std::to_string(dice_.between(1, 5));
        const bool known = remote_.knows(unit.source(), job);
        const bool force = dice_.one_in(3);
        if (force) {
          forced_.insert(job);
        }
        unit.request_replay(known ? job : "nojob", force);
      }
      break;
    case Kind::set_back: {
      const Duration by = seconds(dice_.between(1, most_set_back));
      story_.say("machine", "the clock is set back by ", by.count() / 1'000, " s");
      machine_.set_back(by);
      break;
    }
    case Kind::suspension:
      suspend(seconds(dice_.between(1, dice_.one_in(2) ? 60 : longest_suspension)));
      break;
  }
}

// The machine's; the remote goes on. What is planned meanwhile comes when it is over.
void World::suspend(Duration time) {
  const WallTime from = clock_.wall(), until = from + time;
  story_.say("machine", "is suspended until ", story_.at(until), " s");
  const WallTime dropped_at =
      clock_.wall() + Duration(static_cast<std::int64_t>(
                          dice_.between(1, 2 * static_cast<std::uint64_t>(time.count()))));
  while (clock_.wall() < until) {
    WallTime to = std::min(remote_.next_at().value_or(until), until);
    if (clock_.wall() < dropped_at) {
      to = std::min(to, dropped_at);
    }
    turn(Duration(to - clock_.wall()));
    if (clock_.wall() == dropped_at) {
      for (const auto& [name, source] : remote_.sources()) {
        remote_.cut(name, Connection::End::broken);  // nobody reads
      }
    }
  }
  for (WallTime* const at : {&calm_at_, &over_at_, &looked_at_}) {
    *at += time;
  }
  over_at_ += time;  // replays are held back as long again
  story_.say("machine", "goes on");
  // What the remote held back takes its time, where that was long enough to be noticed for sure. It
  // may be noticed where it is shorter by up to a second, as long ago may be when it was last
  // looked.
  const auto most = std::clamp<Duration>(time, limits::after_full, limits::after_full_most) / 2;
  for (const auto& [name, source] : remote_.sources()) {
    if (source.connections.empty() || time + seconds(1) <= limits::stood_still) {
      continue;
    }
    Connection& last = remote_.source(name).connections.rbegin()->second;
    last.held_back_until = until;
    last.held_back_from = last.held_back_from.value_or(from);
    if (time > limits::stood_still) {
      last.comes_at = clock_.wall() + Duration(static_cast<std::int64_t>(
                                          dice_.below(static_cast<std::uint64_t>(most.count()))));
    }
  }
}

void World::look_after_processes() {
  using publish::PublisherEnd;
  // Between two steps of a busy time, most often.
  if (crash_until_ && !processes_.empty() && (steps_to_crash_ == 0 || calm_)) {
    const std::size_t index = dice_.below(processes_.size());
    crashed_.insert(processes_[index]->number);
    stop_process(index, "crashes");
    if (processes_.empty()) {
      starts_at_ = std::max(*crash_until_, clock_.wall());
    }
    crash_until_.reset();
  }
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    Process& process = *processes_[i];
    const auto ended = [](const auto& unit) { return unit->end().has_value(); };
    for (const auto& unit : process.units) {
      const auto end = unit->end();
      if (end && *end != PublisherEnd::drained && !had_takeover_) {
        violations_.push_back(unit->source() + ": gives way, and there is no other process");
      }
    }
    if (std::all_of(process.units.begin(), process.units.end(), ended)) {
      stop_process(i, "ends");
      break;
    }
    if (process.stops_at && *process.stops_at <= clock_.wall()) {
      stop_process(i, "ends, as draining takes too long");
      break;
    }
  }
  if (processes_.empty() && !starts_at_) {
    starts_at_ = clock_.wall() + (calm_ ? Duration{0} : seconds(dice_.below(5)));
  }
  if (starts_at_ && *starts_at_ <= clock_.wall()) {
    starts_at_.reset();
    start_process();
  }
}

// --- the run

RunResult World::run() {
  while (clock_.wall() < over_at_ && violations_.empty()) {
    while (next_trouble_ < troubles_.size() && troubles_[next_trouble_].at <= clock_.wall()) {
      bring(troubles_[next_trouble_++]);
    }
    if (!calm_ && clock_.wall() >= calm_at_) {
      calm_ = true;
      story_.say("world", "from now on, all goes well");
      remote_.calm();
      weather_.calm();
    }
    look_after_processes();
    look_after_kafka();
    if (!take_step() && (settled() || !leap())) {
      break;
    }
    if (++steps_ > most_steps) {
      violations_.push_back("it never comes to rest");
    }
  }
  if (violations_.empty()) {
    violations_ = check(*this);
  }
  if (story_.told()) {
    for (const std::string topic : {"p.jobs", "p.gaps"}) {
      for (const auto& [key, value] : kafka_.latest(topic)) {
        story_.say(topic, value);
      }
    }
  }
  for (const std::string& violation : violations_) {
    story_.say("check", violation);
  }
  return {violations_, story_.text(), steps_};
}

void World::turn(Duration by) {
  clock_.turn(by);
  remote_.happen();
}

bool World::take_step() {
  std::vector<std::pair<SourceUnit*, std::size_t>>& possible = possible_;
  possible.clear();
  std::size_t count = 0;
  for (const auto& process : processes_) {
    for (const auto& unit : process->units) {
      possible.emplace_back(unit.get(), unit->steps());
      count += possible.back().second;
    }
  }
  if (count == 0) {
    return false;
  }
  std::size_t which = dice_.below(count);
  for (const auto& [unit, steps] : possible) {
    if (which < steps) {
      unit->step(which);
      break;
    }
    which -= steps;
  }
  if (steps_to_crash_ > 0) {
    --steps_to_crash_;
  }
  if (dice_.one_in(2)) {
    turn(Duration(static_cast<std::int64_t>(dice_.below(5))));
  }
  return true;
}

// What was on its way for long arrives at last; most often when it does harm.
void World::look_after_kafka() {
  if (kafka_.under_way() == 0) {
    return;
  }
  const std::size_t which = dice_.below(kafka_.under_way());
  if (dice_.one_in(kafka_.would_end_something(which) ? 4 : 60)) {
    story_.say("kafka", "the end of a transaction arrives that was under way");
    kafka_.arrive(which);
  }
}

// To the next time at which something can happen.
bool World::leap() {
  WallTime to = over_at_;
  const auto consider = [&](std::optional<WallTime> time) {
    if (time) {
      to = std::min(to, *time);
    }
  };
  consider(remote_.next_at());
  consider(starts_at_);
  if (!calm_) {
    consider(calm_at_);
  }
  if (next_trouble_ < troubles_.size()) {
    consider(troubles_[next_trouble_].at);
  }
  for (const auto& process : processes_) {
    consider(process->stops_at);
    for (const auto& unit : process->units) {
      if (const auto due = unit->due()) {
        consider(clock_.wall() + std::chrono::ceil<Duration>(*due - clock_.monotonic()));
      }
    }
  }
  to = std::max(to, clock_.wall() + Duration{1});
  while (clock_.wall() < to) {
    turn(std::min(seconds(1), Duration(to - clock_.wall())));
    for (const auto& process : processes_) {
      for (const auto& unit : process->units) {
        unit->look();
      }
    }
  }
  return true;
}

bool World::settled() {
  constexpr Duration looks_apart{5'000};
  if (!calm_ || !remote_.over() || processes_.empty() || clock_.wall() < looked_at_ + looks_apart) {
    return false;
  }
  looked_at_ = clock_.wall();
  for (const auto& [name, source] : remote_.sources()) {
    if (source.open == 0 || source.connections.at(source.open).comes_at > clock_.wall()) {
      return false;  // a session has ended, and it isn't known yet; or something is on its way
    }
  }
  for (const auto& process : processes_) {
    for (const auto& unit : process->units) {
      const jobs::JobsFigures figures = unit->figures();
      if (!unit->at_rest() || figures.gaps_open + figures.gaps_recovering > 0) {
        return false;
      }
    }
  }
  return all_settled(*this);
}

}  // namespace penstock::scenario
