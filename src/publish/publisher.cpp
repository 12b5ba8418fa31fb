#include "penstock/publish/publisher.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "publish/batch_writer.hpp"
#include "publish/mailbox.hpp"
#include "publish/producer.hpp"
#include "publish/state_reader.hpp"
#include "publish/topic_admin.hpp"

namespace penstock::publish {
namespace {

constexpr Duration call_timeout{10'000};  // then the call is made again, and the log says so
constexpr Duration poll_interval{1'000};  // for librdkafka's callbacks while nothing else happens
constexpr Duration refusal_hold{60'000};  // before a topic that refuses everything is tried again

std::size_t lines_of(const Batch& batch) { return batch.events.size() + batch.dead_letters.size(); }

}  // namespace

class Publisher::Impl {
 public:
  Impl(PublisherOptions options, PublisherListener& listener, SourceCounters& counters, Log& log)
      : options_(std::move(options)),
        listener_(listener),
        counters_(counters),
        log_(log),
        fsm_({.commit_interval = options_.commit_interval,
              .max_bytes = limits::transaction_bytes,
              .max_events = limits::transaction_events},
             BlockSequence{1}),
        reader_(options_.connection, options_.topics.state, options_.source, log),
        state_(options_.source),
        writer_(options_.source, options_.router, refused_) {}

  void start() {
    thread_ = std::jthread([this] { run(); });
  }

  void push(Batch&& batch) {
    counters_.uncommitted_events.change(lines_of(batch));
    counters_.uncommitted_bytes.change(batch.block.bytes.size());
    mailbox_.put(std::move(batch));
  }
  void drain() { mailbox_.close(); }

 private:
  void run();
  Action carry_out(const Action& action);
  Action answer(const Call& call, const char* doing);
  Action await_batch(const Action& action);
  Call open_producer();
  Call produce_claim();
  Action load_state();
  Action find_owner();
  Call produce(BlockSequence from);
  Call produce_position(BlockSequence up_to);
  void advance(BlockSequence up_to);
  void look_at_refusals();
  std::uint64_t connections_lost() const { return producer_ ? producer_->connections_lost() : 0; }

  PublisherOptions options_;
  PublisherListener& listener_;
  SourceCounters& counters_;
  Log& log_;
  Mailbox mailbox_;
  TransactionFsm fsm_;
  StateReader reader_;
  SourceState state_;
  RefusedRecords refused_;
  BatchWriter writer_;
  std::deque<Batch> pending_;  // not committed, in block order
  std::unique_ptr<Producer> producer_;
  Owner owner_;
  bool ready_told_ = false;
  bool position_produced_ = false;
  bool superseded_cleaned_ = false;  // records of earlier instances have their tombstones
  std::jthread thread_;              // last: it uses all of the above
};

void Publisher::Impl::run() {
  owner_ = {.instance = options_.instance,
            .claim = 0,
            .host = options_.host,
            .since = options_.started_at};
  for (Action action = fsm_.start();;) {
    switch (action.kind) {
      case Action::Kind::finish:
        producer_.reset();
        return listener_.ended(PublisherEnd::drained);
      case Action::Kind::halt_taken_over: {
        const Owner& other = *state_.latest_owner();
        const std::string detail = "instance " + printable(other.instance) + " on " +
                                   printable(other.host) + " owns it since " +
                                   to_rfc3339(other.since);
        log_.error("taken over", {{"source", options_.source.str()}, {"detail", detail}});
        listener_.notice(SourceEvent::taken_over, detail);
        producer_.reset();
        return listener_.ended(PublisherEnd::taken_over);
      }
      case Action::Kind::halt_lost_position:
        log_.error("the stored position is neither before nor after what is pending",
                   {{"source", options_.source.str()}, {"journal", options_.journal}});
        producer_.reset();
        return listener_.ended(PublisherEnd::lost_position);
      default:
        action = carry_out(action);
    }
  }
}

Action Publisher::Impl::carry_out(const Action& action) {
  if (counters_.kafka_owes_since_ms.get() == 0 && action.kind != Action::Kind::await_batch) {
    counters_.kafka_owes_since_ms.set(wall_now().time_since_epoch().count());
  }
  switch (action.kind) {
    case Action::Kind::prepare_topics: {
      if (!options_.plan.create) {
        return answer({}, "");
      }
      const auto created = create_topics(
          options_.connection, topics_of(options_.topics, options_.plan), call_timeout, log_);
      return answer(created ? Call{} : Call{Outcome::retriable, created.error().what},
                    "creating topics");
    }
    case Action::Kind::open_producer:
      return answer(open_producer(), "opening a producer");
    case Action::Kind::init_transactions:
      return answer(producer_->init_transactions(call_timeout), "initialising transactions");
    case Action::Kind::begin:
      position_produced_ = false;
      return answer(producer_->begin(), "beginning a transaction");
    case Action::Kind::produce_claim:
      return answer(produce_claim(), "producing the owner record");
    case Action::Kind::commit_claim:
      return answer(producer_->commit(), "committing the owner record");
    case Action::Kind::load_state:
      return load_state();
    case Action::Kind::await_batch:
      return await_batch(action);
    case Action::Kind::produce:
      return answer(produce(action.from), "producing");
    case Action::Kind::commit: {
      Call call = produce_position(action.up_to);
      if (call.outcome == Outcome::ok) {
        call = producer_->commit();
      }
      return answer(call, "committing");
    }
    case Action::Kind::abort: {
      const Call call = producer_->abort();
      if (call.outcome == Outcome::ok) {
        counters_.transactions_aborted.add();
      }
      look_at_refusals();
      return answer(call, "aborting");
    }
    case Action::Kind::advance:
      advance(action.up_to);
      return fsm_.done(Outcome::ok, connections_lost(), monotonic_now());
    case Action::Kind::find_owner:
      return find_owner();
    case Action::Kind::wait:
      if (producer_) {
        producer_->poll();
      }
      mailbox_.rest(*action.until);
      return fsm_.done(Outcome::ok, connections_lost(), monotonic_now());
    case Action::Kind::finish:
    case Action::Kind::halt_taken_over:
    case Action::Kind::halt_lost_position:
      break;
  }
  return action;
}

Action Publisher::Impl::answer(const Call& call, const char* doing) {
  if (call.outcome != Outcome::ok) {
    log_.warning("Kafka call failed",
                 {{"source", options_.source.str()},
                  {"doing", doing},
                  {"outcome", call.outcome == Outcome::fenced           ? "fenced"
                              : call.outcome == Outcome::fatal          ? "fatal"
                              : call.outcome == Outcome::requires_abort ? "abort"
                                                                        : "retry"},
                  {"error", call.why}});
  }
  const std::uint64_t before = fsm_.reinitialisations();
  const Action next = fsm_.done(call.outcome, connections_lost(), monotonic_now());
  if (fsm_.reinitialisations() != before) {
    counters_.transactions_reinitialised.add();
    log_.info("producer is made anew", {{"source", options_.source.str()},
                                        {"after", doing},
                                        {"connections_lost", connections_lost()}});
  }
  return next;
}

Action Publisher::Impl::await_batch(const Action& action) {
  counters_.kafka_owes_since_ms.set(0);
  if (!std::exchange(ready_told_, true)) {
    listener_.ready_to_publish();
  }
  for (;;) {
    const MonotonicTime now = monotonic_now();
    const MonotonicTime poll = now + poll_interval;
    const MonotonicTime until = action.until ? std::min(*action.until, poll) : poll;
    Mailbox::Taken taken = mailbox_.take(until);
    if (taken.batch) {
      pending_.push_back(std::move(*taken.batch));
      const Batch& batch = pending_.back();
      return fsm_.batch(batch.block.sequence, Bytes{batch.block.bytes.size()}, lines_of(batch),
                        monotonic_now());
    }
    if (taken.closed) {
      return fsm_.drained();
    }
    producer_->poll();
    if (action.until && monotonic_now() >= *action.until) {
      return fsm_.tick();
    }
  }
}

Call Publisher::Impl::open_producer() {
  producer_.reset();  // the old one's threads end before the new one is there
  auto producer = Producer::open({.connection = options_.connection,
                                  .transactional_id = options_.transactional_id,
                                  .topics = options_.topics,
                                  .max_event = options_.plan.max_event,
                                  // Nobody sees a record before its commit, which sends the rest.
                                  .linger = options_.commit_interval},
                                 log_);
  if (!producer) {
    return {Outcome::retriable, producer.error().what};
  }
  producer_ = std::move(*producer);
  return {};
}

Call Publisher::Impl::produce_claim() {
  ++owner_.claim;
  if (producer_->state(state_partition(options_.source), owner_record(options_.source, owner_)) !=
      Producer::Produced::queued) {
    return {producer_->failure_outcome(), producer_->last_failure()};
  }
  return {};
}

Action Publisher::Impl::load_state() {
  const auto loaded = reader_.read_to_claim(state_, owner_, call_timeout);
  if (!loaded) {
    return answer({Outcome::retriable, loaded.error().what}, "reading the state topic");
  }
  // Spares the first transaction the look-up of its partitions.
  const Call metadata = producer_->fetch_metadata(call_timeout);
  if (metadata.outcome != Outcome::ok) {
    return answer(metadata, "fetching metadata");
  }
  std::optional<BlockSequence> position;
  if (const auto found = state_.positions().find(options_.journal);
      found != state_.positions().end()) {
    position = found->second.sequence;
  }
  return fsm_.loaded(position, state_.latest_owner()->instance == owner_.instance, monotonic_now());
}

Action Publisher::Impl::find_owner() {
  const auto read = reader_.read_for_another(state_, owner_.instance, limits::owner_check);
  if (!read) {
    return answer({Outcome::retriable, read.error().what}, "looking for the owner");
  }
  const auto& latest = state_.latest_owner();
  return fsm_.owner_found(latest && latest->instance != owner_.instance, monotonic_now());
}

Call Publisher::Impl::produce(BlockSequence from) {
  for (const Batch& batch : pending_) {
    if (batch.block.sequence < from) {
      continue;
    }
    if (!writer_.write(batch, *producer_)) {
      return {producer_->failure_outcome(), producer_->last_failure()};
    }
  }
  producer_->poll();
  return {};
}

Call Publisher::Impl::produce_position(BlockSequence up_to) {
  if (position_produced_) {
    return {};  // the commit is tried again
  }
  const int partition = state_partition(options_.source);
  std::vector<StateRecord> records{position_record(
      options_.source, {.journal = options_.journal, .sequence = up_to.next(), .offset = 0})};
  if (!superseded_cleaned_) {
    // What earlier runs left: their claims are decided, their journals were in memory.
    for (const auto& [instance, owner] : state_.owners()) {
      if (instance != owner_.instance) {
        records.push_back({options_.source.str() + "/owner/" + instance, std::nullopt});
      }
    }
    for (const auto& [journal, position] : state_.positions()) {
      if (journal != options_.journal) {
        records.push_back({options_.source.str() + "/position/" + journal, std::nullopt});
      }
    }
  }
  for (const StateRecord& record : records) {
    if (producer_->state(partition, record) != Producer::Produced::queued) {
      return {producer_->failure_outcome(), producer_->last_failure()};
    }
  }
  position_produced_ = true;
  return {};
}

void Publisher::Impl::advance(BlockSequence up_to) {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  const WallTime now = wall_now();
  while (!pending_.empty() && pending_.front().block.sequence <= up_to) {
    const Batch& batch = pending_.front();
    std::uint64_t rejected = 0;
    if (refused_.any()) {
      for (std::uint32_t index = 0; index < batch.events.size(); ++index) {
        if (refused_.of({batch.block.sequence, index}) ==
            RefusedRecords::Disposition::dead_letter) {
          ++rejected;
          listener_.notice(SourceEvent::rejected_by_broker,
                           "an event of " + std::to_string(batch.events[index].line.size()) +
                               " bytes went to the dead letters");
        }
      }
    }
    counters_.published_events.add(batch.events.size() - rejected);
    counters_.dead_letters[static_cast<std::size_t>(DeadLetterReason::rejected_by_broker)].add(
        rejected);
    for (const DeadLetter& letter : batch.dead_letters) {
      counters_.dead_letters[static_cast<std::size_t>(letter.reason)].add();
    }
    const std::chrono::duration<double> latency = now - batch.block.received_at;
    counters_.publish_latency.observe(latency.count(), batch.events.size());
    events += lines_of(batch);
    bytes += batch.block.bytes.size();
    pending_.pop_front();
  }
  counters_.uncommitted_events.change(0 - events);
  counters_.uncommitted_bytes.change(0 - bytes);
  counters_.transactions_committed.add();
  superseded_cleaned_ = true;
  refused_.committed(up_to);
  listener_.committed(up_to);
}

void Publisher::Impl::look_at_refusals() {
  const auto failed = producer_->take_refused();
  if (failed.empty()) {
    return;
  }
  const MonotonicTime now = monotonic_now();
  refused_.failed(failed, now);
  if (refused_.topic_refuses(now)) {
    log_.error("the topic refuses one record after the other",
               {{"source", options_.source.str()},
                {"topic", options_.topics.events},
                {"remedy", "compare the topic's max.message.bytes with events.max_size"}});
    listener_.notice(SourceEvent::publishing_held, "the topic refuses one record after the other");
    fsm_.hold(refusal_hold);
  }
}

Publisher::Publisher(PublisherOptions options, PublisherListener& listener,
                     SourceCounters& counters, Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), listener, counters, log)) {}

Publisher::~Publisher() = default;

void Publisher::start() { impl_->start(); }

void Publisher::push(Batch&& batch) { impl_->push(std::move(batch)); }

void Publisher::drain() { impl_->drain(); }

}  // namespace penstock::publish
