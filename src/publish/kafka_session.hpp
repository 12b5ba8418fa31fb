// The real Kafka behind TransactionalKafka: librdkafka's transactional producer, and a reader of
// the state topic.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "penstock/core/log.hpp"
#include "penstock/publish/kafka.hpp"
#include "publish/producer.hpp"
#include "publish/state_reader.hpp"
#include "publish/topic_admin.hpp"
#include "publish/transactional_kafka.hpp"

namespace penstock::publish {

struct KafkaSessionOptions {
  SourceName source;
  KafkaConnection connection;
  TopicNames topics;
  TopicPlan plan;
  std::string transactional_id;
  KafkaCounters* counters = nullptr;  // of the producers, one after the other
  // Nothing is wanted of Kafka any more: topics aren't waited for.
  std::function<bool()> stopped = [] { return false; };
};

// What create_topics() says, as a call's: a topic that a broker doesn't make isn't made by the same
// call again. Pure.
Call call_of(const Result<void>& topics_created);

class KafkaSession final : public TransactionalKafka {
 public:
  KafkaSession(KafkaSessionOptions options, Log& log);

  Call prepare_topics() override;
  Call open_producer() override;
  void close_producer() override { producer_.reset(); }
  Call init_transactions() override;
  Call fetch_metadata() override;
  const Partitioning& partitioning() const override { return producer_->partitioning(); }
  Call begin() override { return producer_->begin(); }
  Call commit() override { return producer_->commit(); }
  Call abort() override { return producer_->abort(); }
  Produced event(const Record& record, RecordId id) override {
    return producer_->event(record, id);
  }
  Produced dead_letter(const Record& record, RecordId id) override {
    return producer_->dead_letter(record, id);
  }
  Produced side(const SideRecord& record) override;
  Call failure() const override { return producer_->failure(); }
  bool flush() override { return producer_->flush(); }
  void send_ahead() override { producer_->send_ahead(); }
  void poll() override;
  std::vector<Refusal> take_refused() override { return producer_->take_refused(); }
  std::uint64_t connections_lost() const override;
  Call look() override { return producer_->look(); }
  Result<bool> read_state(const Apply& apply, const std::function<bool()>& done,
                          Duration timeout) override {
    return reader_.read(apply, done, timeout);
  }
  bool state_is_another() const override { return reader_.is_another(); }

 private:
  Call make_topics(const std::vector<TopicSpec>& topics);
  Call make_topics_again();

  KafkaSessionOptions options_;
  Log& log_;
  StateReader reader_;
  std::unique_ptr<Producer> producer_;
};

}  // namespace penstock::publish
