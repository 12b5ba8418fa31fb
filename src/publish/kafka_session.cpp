#include "publish/kafka_session.hpp"

#include "penstock/publish/state_records.hpp"

namespace penstock::publish {
namespace {

constexpr Duration call_timeout{10'000};  // then the call is made again, and the log says so

}  // namespace

Call call_of(const Result<void>& topics_created) {
  if (topics_created) {
    return {};
  }
  const Error& error = topics_created.error();
  const bool answered = error.code == Errc::invalid_argument;
  return {answered ? Outcome::fatal : Outcome::retriable, error.what,
          error.code == Errc::invalid_configuration};
}

KafkaSession::KafkaSession(KafkaSessionOptions options, Log& log)
    : options_(std::move(options)),
      log_(log),
      reader_(options_.connection, options_.topics.state, state_partition(options_.source), log) {}

Call KafkaSession::prepare_topics() {
  return make_topics(topics_of(options_.topics, options_.plan));
}

// But for the state topic: without it nobody knows what is published, and a new one would say that
// nothing is.
Call KafkaSession::make_topics_again() {
  std::vector<TopicSpec> topics = topics_of(options_.topics, options_.plan);
  std::erase_if(topics,
                [&](const TopicSpec& topic) { return topic.name == options_.topics.state; });
  return make_topics(topics);
}

Call KafkaSession::make_topics(const std::vector<TopicSpec>& topics) {
  if (!options_.plan.create) {
    return {};
  }
  Call call =
      call_of(create_topics(options_.connection, topics, call_timeout, options_.stopped, log_));
  call.stopped = call.outcome == Outcome::retriable && options_.stopped();
  return call;
}

Call KafkaSession::open_producer() {
  if (producer_ && producer_->topic_missing()) {
    if (const Call made = make_topics_again(); made.outcome != Outcome::ok) {
      return made;
    }
  }
  producer_.reset();  // the old one's threads end before the new one is there
  auto producer = Producer::open({.connection = options_.connection,
                                  .transactional_id = options_.transactional_id,
                                  .topics = options_.topics,
                                  .max_event = options_.plan.max_event,
                                  .counters = options_.counters},
                                 log_);
  if (!producer) {
    return {Outcome::retriable, producer.error().what,
            producer.error().code == Errc::invalid_configuration};
  }
  producer_ = std::move(*producer);
  return {};
}

Call KafkaSession::init_transactions() { return producer_->init_transactions(call_timeout); }

Call KafkaSession::fetch_metadata() {
  const Call call = producer_->fetch_metadata(call_timeout);
  if (call.outcome != Outcome::ok && producer_->topic_missing()) {
    static_cast<void>(make_topics_again());  // the same call again tells what became of it
  }
  return call;
}

Produced KafkaSession::side(const SideRecord& record) {
  // jobs and gaps have Kafka's own choice by key; a source's state stands in its partition.
  const int partition =
      record.topic == RecordTopic::state ? state_partition(options_.source) : any_partition;
  return producer_->side(record.topic, partition, record);
}

void KafkaSession::poll() {
  if (producer_) {
    producer_->poll();
  }
}

std::uint64_t KafkaSession::connections_lost() const {
  return producer_ ? producer_->connections_lost() : 0;
}

}  // namespace penstock::publish
