#include "source_unit.hpp"

#include <algorithm>

namespace penstock::scenario {
namespace {

using Need = publish::Transactor::Need;

constexpr Duration tick_interval{1'000};
// Small, so that a run fills it while Kafka is away.
journal::RingOptions live_ring(const UnitOptions& unit) {
  return {.max_size = unit.ring_size,
          .max_line = largest_event,
          .segment_size = Bytes{4'096},
          .block_size = Bytes{512}};
}

std::string transactional_id(const UnitOptions& unit) { return "penstock." + unit.source; }

publish::PublisherOptions publisher_options(const UnitOptions& unit, WallTime now) {
  const std::string instance = "instance" + std::to_string(unit.instance);
  return {.source = SourceName(unit.source),
          .connection = {},
          .topics = topics_of(unit.source),
          .plan = {},
          .transactional_id = transactional_id(unit),
          .router = {.key = publish::KeyField::ip,
                     .timestamp = publish::TimestampField::received,
                     .headers = publish::HeaderSet::basic},
          .beat = CommitBeat(Duration{250}),
          .held_back = unit.held_back,
          .instance = instance,
          .host = "model",
          .started_at = now,
          .journal = unit.journal->name};
}

jobs::JobsOptions jobs_options(const UnitOptions& unit) {
  return {.source = SourceName(unit.source),
          .has_jobs = unit.has_jobs,
          .on_first_start = unit.on_first_start,
          .replay_concurrency = unit.replay_concurrency,
          .task_poll_interval = Duration{30'000},
          .settle_after = Duration{10'000},
          .ledger_memory = 1_MiB,
          .retry_first = Duration{2'000},
          .retry_max = Duration{20'000},
          .id_seed = std::to_string(unit.instance),
          .journal = unit.journal->name,
          .host = "model"};
}

std::unique_ptr<test::ModelSession> session_on(const Surroundings& around,
                                               const UnitOptions& unit) {
  const test::ModelSessionOptions options{.source = SourceName(unit.source),
                                          .topics = topics_of(unit.source),
                                          .transactional_id = transactional_id(unit)};
  return unit.planted == Planted::guard
             ? std::make_unique<UnguardedKafka>(options, around.kafka, around.weather)
             : std::make_unique<test::ModelSession>(options, around.kafka, around.weather);
}

}  // namespace

publish::TopicNames topics_of(const std::string& source) {
  return {.events = "p." + source,
          .dead_letters = "p.dead-letters",
          .status = "p.status",
          .state = "penstock.p.state",
          .jobs = "p.jobs",
          .gaps = "p.gaps"};
}

SourceUnit::SourceUnit(UnitOptions options, Surroundings around)
    : options_(std::move(options)),
      around_(around),
      log_(around.story),
      jobs_(jobs_options(options_)),
      forgetful_(jobs_),
      kafka_(session_on(around, options_)),
      transactor_(publisher_options(options_, around.machine.wall()), *kafka_,
                  options_.planted == Planted::ledger ? static_cast<Decider&>(forgetful_) : jobs_,
                  *this, counters_, around.machine, log_),
      attempts_(
          [this](app::FailedAttempts::Ask ask) {
            post_in_turn([this, ask = std::move(ask)] { return ask(jobs_); });
          },
          [this](app::FailedAttempts::Ask ask) {
            post([this, ask = std::move(ask)] { return ask(jobs_); });
          }),
      lane_(live_ring(options_),
            std::make_unique<KeptSegments>(*options_.journal, live_ring(options_).segment_size),
            {.max_line = largest_event, .kind = ChannelKind::live, .has_ledger = options_.has_jobs},
            options_.planted != Planted::reorder),
      session_(
          options_.source, options_.instance, around.remote, around.clock, around.machine,
          around.dice, around.story, lane_,
          [this](DisconnectCause cause) {
            attempts_.failed(cause, around_.machine.wall(), lane_.extracted());
          },
          [this](SessionId session) { attempts_.opened(session); }),
      desk_(options_.source, options_.replay_concurrency, options_.planted,
            {.jobs = jobs_,
             .remote = around.remote,
             .clock = around.machine,
             .dice = around.dice,
             .story = around.story,
             .live = lane_,
             .post = [this](std::function<Changes()> note) { post(std::move(note)); },
             .deliver = [this](Batch&& batch) { deliver(std::move(batch)); },
             .violated = [this](const std::string& what) { violated(what); }}),
      next_tick_(around.clock.monotonic()) {
  lane_.feed();  // what was recovered
}

void SourceUnit::violated(const std::string& what) {
  around_.violations.push_back(options_.source + ": " + what);
  around_.story.say(options_.source, "VIOLATED: ", what);
}

void SourceUnit::notice(SourceEvent event, std::string_view detail) {
  around_.story.say(options_.source, to_string(event), ": ", detail);
}

// --- steps

bool SourceUnit::can_publish() const {
  const MonotonicTime now = around_.clock.monotonic();
  switch (transactor_.need()) {
    case Need::step:
      return now >= busy_until_;
    case Need::wait:
      return now >= *transactor_.until() ||
             (draining_ && !transactor_.pending() && all_extracted());
    case Need::item:
      return live_waiting_ + replays_waiting_ + notes_waiting_ > 0 ||
             (transactor_.until() && now >= *transactor_.until()) || (draining_ && all_extracted());
    case Need::nothing:
      break;
  }
  return false;
}

std::size_t SourceUnit::steps() {
  if (end_) {
    return 0;
  }
  look();
  const bool tick = around_.clock.monotonic() >= next_tick_ && !tick_waits_ && !draining_;
  return std::size_t{session_.can_step()} + std::size_t{lane_.ring().has_unsealed_lines()} +
         std::size_t{lane_.has_work()} + std::size_t{can_publish()} + std::size_t{tick} +
         desk_.steps();
}

void SourceUnit::step(std::size_t which) {
  const auto is_it = [&](bool possible) { return possible && which-- == 0; };
  if (is_it(session_.can_step())) {
    session_.step();
  } else if (is_it(lane_.ring().has_unsealed_lines())) {
    lane_.ring().seal();
    lane_.feed();
  } else if (is_it(lane_.has_work())) {
    lane_.extract(extractor_, around_.dice, [this](Batch&& batch) { deliver(std::move(batch)); });
  } else if (is_it(can_publish())) {
    publish();
  } else if (is_it(around_.clock.monotonic() >= next_tick_ && !tick_waits_ && !draining_)) {
    next_tick_ = around_.clock.monotonic() + tick_interval;
    tick_waits_ = true;
    if (transactor_.need() == Need::item) {
      transactor_.idle();
    }
    post([this] {
      tick_waits_ = false;
      return jobs_.tick(around_.machine.wall());
    });
  } else {
    desk_.step(which, extractor_);
  }
  attempts_.moved(lane_.extracted());
}

std::optional<MonotonicTime> SourceUnit::due() const {
  std::optional<MonotonicTime> first;
  const auto consider = [&](std::optional<MonotonicTime> time) {
    if (time) {
      first = std::min(first.value_or(*time), *time);
    }
  };
  if (end_) {
    return first;
  }
  consider(session_.due());
  consider(desk_.due());
  if (!tick_waits_ && !draining_) {
    consider(next_tick_);
  }
  consider(transactor_.need() == Need::step ? busy_until_ : transactor_.until());
  return first;
}

void SourceUnit::drain() {
  draining_ = true;
  session_.stop();
  desk_.stop();
}

void SourceUnit::request_replay(const std::string& job, bool force) {
  post([this, job, force] {
    auto changes = jobs_.replay_requested(job, force, around_.machine.wall());
    around_.story.say(options_.source, "an operator asks for a replay of ", job,
                      force ? " by force" : "", changes ? "" : ": " + changes.error().what);
    return changes ? std::move(*changes) : Changes{};
  });
}

bool SourceUnit::all_extracted() const {
  return lane_.extracted() && desk_.extracted() &&
         live_waiting_ + replays_waiting_ + notes_waiting_ == 0;
}

bool SourceUnit::at_rest() const {
  return end_ || (session_.is_open() && all_extracted() && desk_.empty() &&
                  transactor_.need() == Need::item && !transactor_.pending());
}

// --- publishing

void SourceUnit::publish() {
  const MonotonicTime now = around_.clock.monotonic();
  switch (transactor_.need()) {
    case Need::step:
      transactor_.step();
      busy_until_ = now + kafka_->blocked();
      break;
    case Need::wait:
      kafka_->poll();
      now >= *transactor_.until() ? transactor_.waited() : transactor_.drained();
      break;
    case Need::item:
      if (live_waiting_ + replays_waiting_ + notes_waiting_ > 0) {
        take_item();
      } else if (transactor_.until() && now >= *transactor_.until()) {
        transactor_.tick();
      } else {
        transactor_.drained();
      }
      break;
    case Need::nothing:
      break;
  }
  desk_.take(jobs_.take_orders());
}

void SourceUnit::take_item() {
  publish::Transactor::Item item;
  if (options_.planted == Planted::mailbox) {
    item = std::move(unsorted_.front());
    unsorted_.pop_front();
  } else {
    item = std::move(*mailbox_.take(MonotonicTime{}).item);
  }
  if (const auto* const batch = std::get_if<Batch>(&item)) {
    const bool replay = batch->channel_kind == ChannelKind::replay;
    if (replay && live_waiting_ > 0) {
      violated("a live batch waits while one of a replay is taken");
    }
    --(replay ? replays_waiting_ : live_waiting_);
    around_.story.say(options_.source, "decides about ", replay ? "a replay's block " : "block ",
                      batch->block.sequence.value, ", ", batch->events.size(), " events");
  } else {
    --notes_waiting_;
  }
  transactor_.take(std::move(item));
}

void SourceUnit::deliver(Batch&& batch) {
  counters_.came(batch.events.size() + batch.dead_letters.size(), batch.block.recovered);
  ++(batch.channel_kind == ChannelKind::replay ? replays_waiting_ : live_waiting_);
  if (options_.planted == Planted::mailbox) {
    unsorted_.push_back(std::move(batch));
  } else {
    mailbox_.put(std::move(batch));
  }
}

void SourceUnit::post(publish::Note note) {
  ++notes_waiting_;
  if (options_.planted == Planted::mailbox) {
    unsorted_.push_back(std::move(note));
  } else {
    mailbox_.put(std::move(note));
  }
}

void SourceUnit::post_in_turn(publish::Note note) {
  ++notes_waiting_;
  if (options_.planted == Planted::mailbox) {
    unsorted_.push_back(std::move(note));
  } else {
    mailbox_.put_in_turn(std::move(note));
  }
}

void SourceUnit::committed() {
  around_.story.say(options_.source, "committed");
  session_.resume();
}

void SourceUnit::released(const Batch& batch, std::size_t) {
  if (batch.channel_kind == ChannelKind::live) {
    lane_.release(batch.block.sequence);
    ModelSource& source = around_.remote.source(options_.source);
    source.remembered.insert(options_.instance);
    if (batch.block.backlog) {
      source.told_held_back[options_.instance] = around_.clock.wall();
    }
  } else {
    desk_.released(batch);
  }
}

}  // namespace penstock::scenario
