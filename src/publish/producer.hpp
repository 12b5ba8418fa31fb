// A transactional, idempotent producer. One thread uses it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "penstock/core/units.hpp"
#include "penstock/publish/refused_records.hpp"
#include "penstock/publish/router.hpp"
#include "penstock/publish/state_records.hpp"
#include "penstock/publish/transaction_fsm.hpp"
#include "publish/client.hpp"

namespace penstock::publish {

// What came of a call, and why.
struct Call {
  Outcome outcome = Outcome::ok;
  std::string why{};
};

struct ProducerOptions {
  KafkaConnection connection;
  std::string transactional_id;
  TopicNames topics;
  Bytes max_event;
  Duration linger{5};  // how long a record may wait for others to share its Kafka batch
};

class Producer {
 public:
  static Result<std::unique_ptr<Producer>> open(const ProducerOptions& options, Log& log);
  ~Producer();  // waits for librdkafka's threads: afterwards it holds no view of a record

  Call init_transactions(Duration timeout);
  // Learns of the topics' partitions now rather than with the first transaction.
  Call fetch_metadata(Duration timeout);
  Call begin();
  // Both are to be called again where they say so: they wait a while only.
  Call commit();
  Call abort();

  enum class Produced : std::uint8_t { queued, refused, failed };
  // The value isn't copied: it stays until the transaction is committed, or the producer is gone.
  Produced event(const Record& record, RecordId id);
  // These copy.
  Produced dead_letter(const Record& record);
  Produced state(int partition, const StateRecord& record);
  // Sends what is queued and waits for the brokers' answers, until one of them is a failure.
  void flush();
  void poll();

  // Events that a broker refused for what they are, since the last call, and why.
  std::vector<RecordId> take_refused();
  // What the last failed produce or delivery said.
  const std::string& last_failure() const;
  Outcome failure_outcome() const;  // of a produce that failed
  std::uint64_t connections_lost() const noexcept;

 private:
  class Events;
  Producer();
  Produced send(rd_kafka_topic_t* topic, int partition, const Record& record, int flags,
                std::uint64_t opaque);
  Call outcome_of(rd_kafka_error_t* error);

  std::unique_ptr<Events> events_;  // before the client, which uses it to its end
  ClientHandle client_;
  TopicHandle events_topic_;
  TopicHandle dead_letters_topic_;
  TopicHandle state_topic_;
  std::string last_failure_;
  Outcome failure_outcome_ = Outcome::ok;
};

}  // namespace penstock::publish
