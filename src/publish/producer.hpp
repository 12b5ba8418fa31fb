// A transactional, idempotent producer. One thread uses it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "penstock/core/kafka_counters.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/refused_records.hpp"
#include "penstock/publish/router.hpp"
#include "publish/client.hpp"
#include "publish/deliveries.hpp"
#include "publish/event_partitioner.hpp"
#include "publish/partitioning.hpp"
#include "publish/producer_properties.hpp"
#include "publish/transactional_kafka.hpp"

namespace penstock::publish {

inline constexpr int any_partition = -1;  // RD_KAFKA_PARTITION_UA: by the key

class Producer {
 public:
  static Result<std::unique_ptr<Producer>> open(const ProducerOptions& options, Log& log);
  // Aborts a transaction that is open. Waits for librdkafka's threads: afterwards it holds no view
  // of a record.
  ~Producer();

  Call init_transactions(Duration timeout);
  // Learns of the topics' partitions now rather than with the first transaction, and whether one is
  // missing.
  Call fetch_metadata(Duration timeout);
  const Partitioning& partitioning() const noexcept { return partitioning_; }
  Call begin();
  // Both are to be called again where they say so: they wait a while only.
  Call commit();
  Call abort();

  // See TransactionalKafka.
  Produced event(const Record& record, RecordId id);
  Produced dead_letter(const Record& record, RecordId id, int partition = any_partition);
  Produced side(RecordTopic topic, int partition, const SideRecord& record);
  // To a topic that isn't one of its source's; null where librdkafka can't open it. It is closed
  // before the producer is. Copies the value.
  TopicHandle open_topic(const std::string& name, TopicConfHandle conf = {});
  Produced record(rd_kafka_topic_t* topic, int partition, const Record& record, RecordId id);
  const Call& failure() const { return failure_; }
  // One that it was to write to isn't there. A new producer is needed, and the topic.
  bool topic_missing() const;
  bool flush();
  void send_ahead();
  void poll();
  std::vector<Refusal> take_refused();
  std::uint64_t connections_lost() const noexcept;
  Call look();

 private:
  class Events;
  Producer();
  Produced send(rd_kafka_topic_t* topic, int partition, const Record& record, int flags,
                std::uint64_t opaque);
  Call outcome_of(rd_kafka_error_t* error);
  std::array<rd_kafka_topic_t*, 5> topics() const;
  Outcome state() const;  // ok, fenced or fatal
  bool transaction_failed();
  Call ended(const Call& call);  // the transaction, where the call succeeded

  std::unique_ptr<Events> events_;  // before the client, which uses it to its end
  std::optional<EventPartitioner> event_partitioner_;  // as well
  ClientHandle client_;
  TopicHandle events_topic_;
  TopicHandle dead_letters_topic_;
  TopicHandle state_topic_;
  TopicHandle jobs_topic_;
  TopicHandle gaps_topic_;
  std::string partitioner_;
  Partitioning partitioning_;
  Deliveries deliveries_;
  bool in_transaction_ = false;
  Call failure_;
};

}  // namespace penstock::publish
