#include "publish/transactor.hpp"

#include <utility>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::publish {
namespace {

constexpr Duration idle_interval{5'000};  // from one look at Kafka to the next while nothing comes
constexpr Duration state_read{10'000};    // then the read is begun again, and the log says so
constexpr Duration refusal_hold{60'000};  // before a topic that refuses everything is tried again

}  // namespace

Transactor::Transactor(PublisherOptions options, TransactionalKafka& kafka, Decider& decider,
                       PublisherListener& listener, SourceCounters& counters, const Clock& clock,
                       Log& log)
    : options_(std::move(options)),
      kafka_(kafka),
      decider_(decider),
      listener_(listener),
      counters_(counters),
      clock_(clock),
      log_(log),
      fsm_({.beat = options_.beat,
            .max_bytes = limits::transaction_bytes,
            .max_events = limits::transaction_events,
            .held_back = options_.held_back}),
      state_(options_.source),
      writer_(options_.source, options_.router, refused_),
      action_(fsm_.start()),
      idle_at_(clock_.monotonic() + idle_interval),
      owner_{.instance = options_.instance,
             .claim = 0,
             .host = options_.host,
             .since = options_.started_at} {}

Transactor::Need Transactor::need() const {
  switch (action_.kind) {
    case Action::Kind::await_item:
      return Need::item;
    case Action::Kind::wait:
      return Need::wait;
    case Action::Kind::ended:
      return Need::nothing;
    default:
      return Need::step;
  }
}

void Transactor::idle() {
  kafka_.poll();
  if (!pending()) {  // else the commit will tell
    const Call look = kafka_.look();
    if (look.outcome != Outcome::ok) {
      tell_trouble({look.why, look.refused});
    }
    note_debt(look.outcome != Outcome::ok);
  }
  idle_at_ = clock_.monotonic() + idle_interval;
}

void Transactor::step() {
  note_debt(true);
  action_ = carry_out(action_);
  if (action_.kind == Action::Kind::await_item) {
    note_debt(false);
    if (!std::exchange(ready_told_, true)) {
      listener_.ready_to_publish();
    }
  }
}

void Transactor::take(Item&& item) {
  Pending pending;
  if (auto* const batch = std::get_if<Batch>(&item)) {
    if (batch->channel_kind == ChannelKind::live) {
      const auto place = journal_.take(batch->block.sequence);
      if (place == JournalCursor::Place::committed) {
        return pass_over(*batch);
      }
      batch->after_loss = place == JournalCursor::Place::after_loss;
    }
    pending.batch = std::move(*batch);
    const std::size_t letters = pending.batch.dead_letters.size();
    pending.changes = decider_.decide(pending.batch, clock_.wall());
    pending.dropped_letters = letters - pending.batch.dead_letters.size();
    pending.is_batch = true;
  } else {
    pending.changes = std::get<Note>(item)();
    if (pending.changes.empty()) {
      return;
    }
  }
  idle_at_ = clock_.monotonic() + idle_interval;
  const ItemSequence sequence{first_.value + pending_.size()};
  pending_.push_back(std::move(pending));
  const Batch& batch = pending_.back().batch;
  action_ = fsm_.item(sequence, Bytes{batch.block.bytes.size()}, lines_of(batch),
                      clock_.monotonic(), batch.block.last_before);
}

Action Transactor::carry_out(const Action& action) {
  switch (action.kind) {
    case Action::Kind::prepare_topics:
      return answer(kafka_.prepare_topics(), "creating topics");
    case Action::Kind::open_producer:
      return answer(kafka_.open_producer(), "opening a producer");
    case Action::Kind::init_transactions:
      return answer(kafka_.init_transactions(), "initialising transactions");
    case Action::Kind::begin:
      records_produced_ = false;
      return answer(kafka_.begin(), "beginning a transaction");
    case Action::Kind::produce_claim:
      return answer(produce_claim(), "producing the owner record");
    case Action::Kind::commit_claim:
      return answer(kafka_.commit(), "committing the owner record");
    case Action::Kind::load_state:
      return load_state();
    case Action::Kind::produce:
      return answer(produce(action.from, action.up_to), "producing");
    case Action::Kind::send_ahead:
      kafka_.send_ahead();
      return fsm_.done(Outcome::ok, kafka_.connections_lost(), clock_.monotonic());
    case Action::Kind::commit: {
      Call call = produce_records(action.up_to);
      if (call.outcome == Outcome::ok) {
        call = kafka_.commit();
      }
      return answer(call, "committing");
    }
    case Action::Kind::abort: {
      const Call call = kafka_.abort();
      if (call.outcome == Outcome::ok) {
        counters_.transactions_aborted.add();
      }
      look_at_refusals();
      return answer(call, "aborting");
    }
    case Action::Kind::advance:
      advance(action.up_to);
      return fsm_.done(Outcome::ok, kafka_.connections_lost(), clock_.monotonic());
    case Action::Kind::check_owner:
      return find_owner(Duration{0});
    case Action::Kind::find_owner:
      return find_owner(limits::owner_check);
    case Action::Kind::finish:
      halt(PublisherEnd::drained);
      break;
    case Action::Kind::halt_taken_over: {
      const Owner& other = *state_.latest_owner();
      const std::string detail = "instance " + printable(other.instance) + " on " +
                                 printable(other.host) + " owns it since " +
                                 to_rfc3339(other.since);
      log_.error("taken over", {{"source", options_.source.str()}, {"detail", detail}});
      listener_.notice(SourceEvent::taken_over, detail);
      halt(PublisherEnd::taken_over);
      break;
    }
    case Action::Kind::halt_lost_position:
      tell_lost_position();
      halt(PublisherEnd::lost_position);
      break;
    case Action::Kind::await_item:
    case Action::Kind::wait:
    case Action::Kind::ended:
      break;  // not for step()
  }
  return {.kind = Action::Kind::ended};
}

void Transactor::halt(PublisherEnd end) {
  kafka_.close_producer();
  listener_.ended(end);
}

Action Transactor::answer(const Call& call, const char* doing) {
  if (call.outcome != Outcome::ok && !call.stopped) {
    tell_trouble({call.why, call.refused});
    log_.warning("Kafka call failed", {{"source", options_.source.str()},
                                       {"doing", doing},
                                       {"outcome", to_string(call.outcome)},
                                       {"batches", std::uint64_t{pending_.size()}},
                                       {"error", call.why}});
  }
  const std::uint64_t before = fsm_.reinitialisations();
  const std::uint64_t lost = kafka_.connections_lost();
  const Action next = fsm_.done(call.outcome, lost, clock_.monotonic());
  if (fsm_.reinitialisations() != before) {
    counters_.transactions_reinitialised.add();
    log_.info("producer is made anew",
              {{"source", options_.source.str()}, {"after", doing}, {"connections_lost", lost}});
  }
  return next;
}

Call Transactor::produce_claim() {
  ++owner_.claim;
  if (kafka_.side(owner_record(options_.source, owner_)) != Produced::queued) {
    return kafka_.failure();
  }
  return {};
}

Result<void> Transactor::apply(std::string_view key, std::optional<std::string_view> value,
                               bool first_load) {
  if (auto applied = state_.apply(key, value); !applied) {
    return applied;
  }
  if (loaded_ && state_.latest_owner()->instance != owner_.instance) {
    another_claimed_ = true;
  }
  const std::string prefix = options_.source.str() + "/";
  // Later on, what is read there is what this instance wrote, and knows.
  if (!first_load || !key.starts_with(prefix)) {
    return {};
  }
  return decider_.restore(key.substr(prefix.size()), value);
}

Action Transactor::load_state() {
  const auto claimed = [&] {
    const auto& owners = state_.owners();
    const auto found = owners.find(owner_.instance);
    return found != owners.end() && found->second.claim >= owner_.claim;
  };
  const auto take = [&](std::string_view key, std::optional<std::string_view> value) {
    return apply(key, value, !loaded_);
  };
  const auto found = kafka_.read_state(take, claimed, state_read);
  if (!found) {
    return answer({Outcome::retriable, found.error().what}, "reading the state topic");
  }
  if (!*found) {
    return answer({Outcome::retriable,
                   "the own claim isn't visible after " + to_string(state_read) +
                       "; another open transaction or a broker that is behind holds it back. If "
                       "that lasts, see what kafka-transactions.sh find-hanging says"},
                  "reading the state topic");
  }
  if (const Call metadata = kafka_.fetch_metadata(); metadata.outcome != Outcome::ok) {
    return answer(metadata, "fetching metadata");
  }
  const auto stored = state_.positions().find(options_.journal);
  const bool has_position = stored != state_.positions().end();
  if (!std::exchange(loaded_, true)) {
    decider_.restored(clock_.wall());
    if (has_position) {
      live_ = stored->second.sequence;
      first_ = stored->second.item;
      journal_.start_at(live_);
    }
    set_back_ = options_.first_block.value != 0 && live_ > options_.first_block;
  }
  // Of another instance, the changes aren't known here; and it may have cleaned our position away.
  return fsm_.loaded(has_position ? std::optional(stored->second.item) : std::nullopt,
                     another_claimed_ || set_back_ || kafka_.state_is_another());
}

Action Transactor::find_owner(Duration wait) {
  const auto another = [&] {
    return state_.latest_owner() && state_.latest_owner()->instance != owner_.instance;
  };
  const auto take = [&](std::string_view key, std::optional<std::string_view> value) {
    return apply(key, value, false);
  };
  const auto found = kafka_.read_state(take, another, wait);
  if (!found) {
    return answer({Outcome::retriable, found.error().what}, "looking for the owner");
  }
  return fsm_.owner_found(*found);
}

Call Transactor::produce(ItemSequence from, ItemSequence up_to) {
  for (ItemSequence item = from; item <= up_to; item = item.next()) {
    const Pending& pending = pending_[item.value - first_.value];
    if (!writer_.write(pending.batch, item, kafka_, clock_.monotonic())) {
      return kafka_.failure();
    }
  }
  kafka_.poll();
  return {};
}

std::vector<const Changes*> Transactor::changes_up_to(ItemSequence up_to) const {
  std::vector<const Changes*> changes;
  for (ItemSequence item = first_; item <= up_to; item = item.next()) {
    changes.push_back(&pending_[item.value - first_.value].changes);
  }
  return changes;
}

Call Transactor::produce_records(ItemSequence up_to) {
  if (records_produced_) {
    return {};  // the commit is tried again
  }
  BlockSequence live = live_;
  for (ItemSequence item = first_; item <= up_to; item = item.next()) {
    const Pending& pending = pending_[item.value - first_.value];
    if (pending.is_batch && pending.batch.channel_kind == ChannelKind::live) {
      live = pending.batch.block.sequence.next();
    }
  }
  const std::string prefix = options_.source.str() + "/";
  std::vector<SideRecord> records = decider_.records(changes_up_to(up_to));
  for (SideRecord& record : records) {
    if (record.topic == RecordTopic::state) {
      record.key.insert(0, prefix);
    }
  }
  records.push_back(position_record(
      options_.source,
      {.journal = options_.journal, .sequence = live, .offset = 0, .item = up_to.next()}));
  if (!superseded_cleaned_) {
    // What earlier runs left: their claims are decided. Positions stay: a journal may come back.
    for (const auto& [instance, owner] : state_.owners()) {
      if (instance != owner_.instance) {
        records.push_back({RecordTopic::state, prefix + "owner/" + instance, std::nullopt});
      }
    }
  }
  for (const SideRecord& record : records) {
    if (kafka_.side(record) != Produced::queued) {
      return kafka_.failure();
    }
  }
  records_produced_ = true;
  return {};
}

void Transactor::advance(ItemSequence up_to) {
  note_debt(false);  // what is still pending is owed from the next step on
  decider_.committed(changes_up_to(up_to));
  for (; first_ <= up_to; first_ = first_.next()) {
    const Pending& item = pending_.front();
    if (item.is_batch) {
      count(item, first_);
      if (item.batch.channel_kind == ChannelKind::live) {
        live_ = item.batch.block.sequence.next();
      }
      listener_.released(item.batch, lines_of(item.batch) + item.dropped_letters);
    }
    pending_.pop_front();
  }
  counters_.transactions_committed.add();
  superseded_cleaned_ = true;
  refused_.committed(up_to, clock_.monotonic());
  listener_.committed();
}

void Transactor::look_at_refusals() {
  const auto failed = kafka_.take_refused();
  if (failed.empty()) {
    return;
  }
  const MonotonicTime now = clock_.monotonic();
  const auto before = refused_.most_together(now);
  if (refused_.failed(failed, now)) {
    fsm_.learned();
  }
  if (const auto most = refused_.most_together(now); most && most != before) {
    log_.warning(
        "a topic refuses records together that it takes alone",
        {{"source", options_.source.str()},
         {"records_together", std::uint64_t{*most}},
         {"remedy", "batch.size in kafka.properties below the topic's max.message.bytes"}});
  }
  const bool events = refused_.events_topic_refuses(now);
  if (!events && !refused_.dead_letters_topic_refuses()) {
    return;
  }
  const std::string& topic = events ? options_.topics.events : options_.topics.dead_letters;
  log_.error("the topic refuses one record after the other",
             {{"source", options_.source.str()},
              {"topic", topic},
              {"remedy", "compare the topic's max.message.bytes with events.max_size"}});
  listener_.notice(SourceEvent::publishing_held,
                   "the topic " + printable(topic) + " refuses one record after the other");
  fsm_.hold(refusal_hold);
}

}  // namespace penstock::publish
