#include "penstock/publish/command_producer.hpp"

#include <cstdint>
#include <map>
#include <utility>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "publish/producer.hpp"
#include "publish/topic_admin.hpp"
#include "publish/until_answered.hpp"

namespace penstock::publish {
namespace {

constexpr Duration claim_wait{
    30'000};  // a transaction of the producer before may have to end first
// After a refused batch librdkafka finds out by one more failure that its sequence numbers are off.
constexpr int attempts = 3;

enum class End : std::uint8_t { committed, refused };

class KafkaCommandProducer final : public CommandProducer {
 public:
  KafkaCommandProducer(CommandProducerOptions options, Log& log)
      : options_(std::move(options)), log_(log) {}

  // A new producer: what the one before left open is decided then.
  Result<void> claim() {
    topics_.clear();
    producer_.reset();  // the old one's threads end before the new one is there
    auto producer = Producer::open({.connection = options_.connection,
                                    .transactional_id = options_.transactional_id,
                                    .topics = options_.topics,
                                    .max_event = options_.max_event},
                                   log_);
    if (!producer) {
      return producer.error();
    }
    producer_ = std::move(*producer);
    const Call claimed = producer_->init_transactions(claim_wait);
    if (claimed.refused) {
      return make_error(Errc::invalid_configuration, claimed.why);
    }
    if (claimed.outcome == Outcome::retriable) {
      return make_error(Errc::kafka, "Kafka: no answer within " + to_string(claim_wait) + ": " +
                                         claimed.why +
                                         "; is kafka.brokers right, and are they up?");
    }
    if (claimed.outcome != Outcome::ok) {
      return make_error(Errc::kafka, "Kafka: no transactions as `" +
                                         printable(options_.transactional_id) +
                                         "`: " + claimed.why + "; is that id allowed to write?");
    }
    unsafe_ = false;
    return {};
  }

  Result<void> publish(std::span<const Outgoing> events, WallTime now, const Tell& tell) override {
    const auto together = transaction(events, now);
    if (!together) {
      return together.error();
    }
    if (*together == End::committed) {
      for (std::size_t i = 0; i < events.size(); ++i) {
        tell(i, {});
      }
      return {};
    }
    // Any of them may be what Kafka refuses: a refusal is about a whole Kafka batch.
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto alone = events.size() == 1 && !for_its_time_
                             ? together
                             : transaction_of(events.subspan(i, 1), now);
      if (!alone) {
        return alone.error();
      }
      tell(i, *alone == End::committed ? "" : refusal_);
    }
    return {};
  }

 private:
  // As the daemon does it: with its time of receipt where its own is what Kafka refuses.
  Result<End> transaction_of(std::span<const Outgoing> event, WallTime now) {
    auto end = transaction(event, now);
    if (end && *end == End::refused && for_its_time_) {
      received_time_ = true;
      end = transaction(event, now);
      received_time_ = false;
    }
    return end;
  }

  Result<End> transaction(std::span<const Outgoing> events, WallTime now) {
    Call call;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      if (unsafe_) {
        if (!options_.own_id) {
          return failed("a connection was lost");
        }
        if (auto claimed = claim(); !claimed) {
          return failed("after a lost connection: " + claimed.error().what);
        }
      }
      const std::uint64_t lost = producer_->connections_lost();
      call = producer_->begin();
      if (call.outcome == Outcome::ok) {
        call = produce(events, now);
      }
      const bool committing = call.outcome == Outcome::ok;
      if (committing) {
        call = until_answered(clock_, [&] { return producer_->commit(); });
      }
      // A re-sent end of this transaction could end the next one (ARCHITECTURE.md, Guard).
      unsafe_ = producer_->connections_lost() != lost;
      if (call.outcome == Outcome::ok) {
        return End::committed;
      }
      if (call.outcome != Outcome::requires_abort) {
        return committing ? in_doubt(call, events.size()) : failed(reason(call));
      }
      const Call aborted = until_answered(clock_, [&] { return producer_->abort(); });
      unsafe_ = unsafe_ || producer_->connections_lost() != lost;
      if (aborted.outcome != Outcome::ok) {
        return failed(reason(aborted));
      }
      if (refused(call)) {
        return End::refused;
      }
    }
    return failed(reason(call));
  }

  Call produce(std::span<const Outgoing> events, WallTime now) {
    too_large_ = false;
    Record record;
    std::uint32_t index = 0;
    for (const Outgoing& event : events) {
      rd_kafka_topic_t* const topic = topic_of(event.topic);
      if (topic == nullptr) {
        return {Outcome::fatal, "librdkafka can't open the topic " + printable(event.topic)};
      }
      event.router->route(event.batch->events[event.event], *event.batch, event.event, record);
      if (received_time_) {
        record.timestamp_ms = event.batch->block.received_at.time_since_epoch().count();
      }
      const RecordId id{.item = ItemSequence{1}, .index = index++};
      const Produced produced = producer_->record(topic, any_partition, record, id);
      if (produced != Produced::queued) {
        too_large_ = produced == Produced::refused;
        return failure_at(event.topic);
      }
      if (event.letter == nullptr) {
        continue;
      }
      route_retry_mark(*event.letter, now, record);
      if (producer_->dead_letter(record, {.item = id.item, .letter = true, .index = id.index},
                                 event.letter->where().partition) != Produced::queued) {
        return failure_at("the dead letters");
      }
    }
    return {};
  }

  // Of a record that couldn't be queued; it may be due to one before, and says so then.
  Call failure_at(const std::string& topic) const {
    Call call = producer_->failure();
    if (call.why.find(topic) == std::string::npos) {
      call.why.insert(0, printable(topic) + ": ");
    }
    return call;
  }

  // The failed transaction had a record that Kafka doesn't take for what it is.
  bool refused(const Call& call) {
    const auto refusals = producer_->take_refused();
    for_its_time_ = !refusals.empty() && refusals.front().for_its_time;
    refusal_ = reason(call);
    return too_large_ || !refusals.empty();
  }

  rd_kafka_topic_t* topic_of(const std::string& name) {
    const auto [topic, is_new] = topics_.try_emplace(name);
    if (is_new) {
      topic->second = producer_->open_topic(name);
    }
    return topic->second.get();
  }

  std::string reason(const Call& call) const {
    return call.outcome == Outcome::fenced
               ? "another `" + options_.command + "` was started, and goes on instead"
               : call.why;
  }
  Error failed(const std::string& why) const {
    return make_error(Errc::kafka, "Kafka: " + why + "; " + options_.after_failure);
  }
  Error in_doubt(const Call& call, std::size_t events) const {
    return make_error(Errc::kafka, "Kafka: " + reason(call) + "; whether the last " +
                                       std::to_string(events) + " were published, " +
                                       options_.in_doubt);
  }

  CommandProducerOptions options_;
  Log& log_;
  SystemClock clock_;
  std::unique_ptr<Producer> producer_;  // before its topics
  std::map<std::string, TopicHandle> topics_;
  bool unsafe_ = false;         // no further transaction of this producer
  bool received_time_ = false;  // the records of this transaction have it
  bool too_large_ = false;      // a record couldn't even be queued
  bool for_its_time_ = false;   // of the last refusal
  std::string refusal_;
};

}  // namespace

Result<std::unique_ptr<CommandProducer>> CommandProducer::open(
    const CommandProducerOptions& options, Log& log) {
  if (options.plan && options.plan->create) {
    const auto made = create_topics(
        options.connection, {event_topic(options.topics.events, *options.plan)}, claim_wait,
        [] { return false; }, log);
    if (!made) {
      return made.error();
    }
  }
  auto producer = std::make_unique<KafkaCommandProducer>(options, log);
  if (auto claimed = producer->claim(); !claimed) {
    return claimed.error();
  }
  return producer;
}

}  // namespace penstock::publish
