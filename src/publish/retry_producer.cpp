#include "penstock/publish/retry_producer.hpp"

#include <cstdint>
#include <map>
#include <utility>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "publish/producer.hpp"
#include "publish/until_answered.hpp"

namespace penstock::publish {
namespace {

constexpr Duration claim_wait{
    30'000};                   // a transaction of the producer before may have to end first
constexpr Duration linger{5};  // the letters of one transaction share Kafka batches
// After a refused batch librdkafka finds out by one more failure that its sequence numbers are off.
constexpr int attempts = 3;

enum class End : std::uint8_t { committed, refused };

class KafkaRetryProducer final : public RetryProducer {
 public:
  KafkaRetryProducer(std::unique_ptr<Producer> producer, TopicHandle marks)
      : producer_(std::move(producer)), marks_(std::move(marks)) {}

  Result<void> publish(std::span<const Retry> letters, WallTime now, const Tell& tell) override {
    const auto together = transaction(letters, now);
    if (!together) {
      return together.error();
    }
    if (*together == End::committed) {
      for (std::size_t i = 0; i < letters.size(); ++i) {
        tell(i, {});
      }
      return {};
    }
    // Any of them may be what Kafka refuses: a refusal is about a whole Kafka batch.
    for (std::size_t i = 0; i < letters.size(); ++i) {
      const auto alone = letters.size() == 1 && !for_its_time_
                             ? together
                             : transaction_of(letters.subspan(i, 1), now);
      if (!alone) {
        return alone.error();
      }
      tell(i, *alone == End::committed ? "" : refusal_);
    }
    return {};
  }

 private:
  // As the daemon does it: with its time of receipt where its own is what Kafka refuses.
  Result<End> transaction_of(std::span<const Retry> letter, WallTime now) {
    auto end = transaction(letter, now);
    if (end && *end == End::refused && for_its_time_) {
      received_time_ = true;
      end = transaction(letter, now);
      received_time_ = false;
    }
    return end;
  }

  Result<End> transaction(std::span<const Retry> letters, WallTime now) {
    Call call;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      if (unsafe_) {
        return failed("a connection to a broker was lost");
      }
      const std::uint64_t lost = producer_->connections_lost();
      call = producer_->begin();
      if (call.outcome == Outcome::ok) {
        call = produce(letters, now);
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
        return committing ? in_doubt(call, letters.size()) : failed(reason(call));
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

  Call produce(std::span<const Retry> letters, WallTime now) {
    too_large_ = false;
    Record record;
    std::uint32_t index = 0;
    for (const Retry& letter : letters) {
      rd_kafka_topic_t* const topic = topic_of(letter.topic);
      if (topic == nullptr) {
        return {Outcome::fatal, "librdkafka can't open the topic " + printable(letter.topic)};
      }
      letter.router->route(letter.batch->events.front(), *letter.batch, 0, record);
      if (received_time_) {
        record.timestamp_ms = letter.letter->received_at.time_since_epoch().count();
      }
      const RecordId id{.item = ItemSequence{1}, .index = index++};
      const Produced event = producer_->record(topic, any_partition, record, id);
      if (event != Produced::queued) {
        too_large_ = event == Produced::refused;
        return failure_at(letter.topic);
      }
      route_retry_mark(*letter.letter, now, record);
      if (producer_->record(marks_.get(), letter.letter->where().partition, record,
                            {.item = id.item, .letter = true, .index = id.index}) !=
          Produced::queued) {
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

  static std::string reason(const Call& call) {
    return call.outcome == Outcome::fenced
               ? "another `penstock dead-letters retry` was started, and goes on instead"
               : call.why;
  }
  static Error failed(const std::string& why) {
    return make_error(Errc::kafka,
                      "Kafka: " + why + "; the same command goes on where this one ended");
  }
  static Error in_doubt(const Call& call, std::size_t letters) {
    return make_error(Errc::kafka, "Kafka: " + reason(call) + "; whether the last " +
                                       std::to_string(letters) +
                                       " were published, `penstock dead-letters ls --all` tells; "
                                       "the same command again publishes none twice");
  }

  SystemClock clock_;
  std::unique_ptr<Producer> producer_;  // before its topics
  TopicHandle marks_;
  std::map<std::string, TopicHandle> topics_;
  bool unsafe_ = false;         // no further transaction of this producer
  bool received_time_ = false;  // the records of this transaction have it
  bool too_large_ = false;      // a record couldn't even be queued
  bool for_its_time_ = false;   // of the last refusal
  std::string refusal_;
};

}  // namespace

Result<std::unique_ptr<RetryProducer>> RetryProducer::open(const RetryProducerOptions& options,
                                                           Log& log) {
  auto producer = Producer::open({.connection = options.connection,
                                  .transactional_id = options.transactional_id,
                                  .topics = options.topics,
                                  .max_event = options.max_event,
                                  .linger = linger},
                                 log);
  if (!producer) {
    return producer.error();
  }
  auto marks = (*producer)->open_topic(options.topics.dead_letters);
  if (!marks) {
    return make_error(Errc::kafka,
                      "librdkafka can't open the topic " + printable(options.topics.dead_letters));
  }
  const Call claimed = (*producer)->init_transactions(claim_wait);
  if (claimed.outcome == Outcome::retriable) {
    return make_error(Errc::kafka, "Kafka: no answer within " + to_string(claim_wait) +
                                       "; is kafka.brokers right, and are they up?");
  }
  if (claimed.outcome != Outcome::ok) {
    return make_error(Errc::kafka, "Kafka: no transactions as `" +
                                       printable(options.transactional_id) + "`: " + claimed.why +
                                       "; is that id allowed to write?");
  }
  return std::make_unique<KafkaRetryProducer>(std::move(*producer), std::move(marks));
}

}  // namespace penstock::publish
