// Publishes events that had become dead letters, with a producer of its own: an event and the mark
// of its letter (dead_letter_index.hpp) are one transaction.
//
// One producer of a transactional id at a time: the newest fences those before it. So what a reader
// opened afterwards with ReadTo::written says of marks is final until the next one is opened.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/dead_letter_index.hpp"
#include "penstock/publish/kafka.hpp"
#include "penstock/publish/router.hpp"

namespace penstock::publish {

struct RetryProducerOptions {
  KafkaConnection connection;
  TopicNames topics;  // of any source
  std::string transactional_id;
  Bytes max_event;
};

// A letter whose bytes are an event. What it points to stays until publish() is back.
struct Retry {
  const StoredLetter* letter = nullptr;
  const Batch* batch = nullptr;  // that event alone
  const Router* router = nullptr;
  std::string topic;  // of the event
};

// One thread uses it. Calls wait for Kafka: for half a minute in open(), some minutes in publish().
class RetryProducer {
 public:
  static Result<std::unique_ptr<RetryProducer>> open(const RetryProducerOptions& options, Log& log);
  virtual ~RetryProducer() = default;

  // What became of letter `index`: published, where `refused` is empty, else why Kafka doesn't take
  // it. What one call publishes is one transaction, unless Kafka refuses a record: then each letter
  // has its own.
  using Tell = std::function<void(std::size_t index, const std::string& refused)>;
  // An error: Kafka failed. What wasn't told isn't published, or that is in doubt, as the text
  // says; the next producer decides it. Then this one is of no use any more.
  virtual Result<void> publish(std::span<const Retry> letters, WallTime now, const Tell& tell) = 0;
};

}  // namespace penstock::publish
