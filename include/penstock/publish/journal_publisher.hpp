// Publishes what a journal holds and Kafka doesn't have, beside a daemon that owns the source with
// another journal. The position of each journal is a record of its own in the state topic, and
// moves in the transactions of the events, so that nothing is published twice: not when this is
// called again, nor when a daemon is started with that journal later.
//
// Not for sources with jobs: their events go by the ledger, which the daemon has.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "penstock/core/decision.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/log.hpp"
#include "penstock/publish/kafka.hpp"
#include "penstock/publish/router.hpp"

namespace penstock::publish {

struct JournalPublisherOptions {
  SourceName source;
  KafkaConnection connection;
  TopicNames topics;
  TopicPlan plan;
  std::string transactional_id;  // of this journal alone: of two that publish it, the later goes on
  RouterOptions router;
  std::string journal;   // its id
  std::string instance;  // of this process
};

// One thread uses it. Calls wait for Kafka, for some minutes at most.
class JournalPublisher {
 public:
  static std::unique_ptr<JournalPublisher> make(JournalPublisherOptions options, Log& log);
  virtual ~JournalPublisher() = default;

  // Blocks before this one are committed, as the state topic says.
  virtual Result<BlockSequence> open() = 0;
  // The records beside the first so many of the batches: what is true once those are in Kafka. An
  // error ends the call.
  using Beside = std::function<Result<std::vector<SideRecord>>(std::size_t batches)>;
  // Batches, one or more, in the order of their blocks; those that are committed are passed over.
  // One transaction, or several where Kafka refuses records: each with what is beside the batches
  // up to there, so that a process that dies in between leaves what is true. Views into blocks stay
  // until it is back. After an error it is of no use any more.
  virtual Result<void> publish(std::span<const Batch> batches, const Beside& beside) = 0;
};

}  // namespace penstock::publish
