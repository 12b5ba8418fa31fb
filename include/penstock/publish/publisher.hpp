// The thread that publishes one source's batches to Kafka, in transactions.
//
// What it does next is decided by TransactionFsm; this is the shell around it. Its thread is the
// only one that uses the producer. push() and drain() may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "penstock/core/counters.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/publish/kafka.hpp"
#include "penstock/publish/router.hpp"

namespace penstock::publish {

struct PublisherOptions {
  SourceName source;
  KafkaConnection connection;
  TopicNames topics;
  TopicPlan plan;
  std::string transactional_id;
  RouterOptions router;
  Duration commit_interval;
  std::string instance;  // of this process
  std::string host;
  WallTime started_at;
  std::string journal;  // id of the journal that the batches come from
};

enum class PublisherEnd : std::uint8_t { drained, taken_over, lost_position };

// Called on the publisher's thread.
class PublisherListener {
 public:
  virtual ~PublisherListener() = default;
  // Kafka took the claim: from now on batches are published. Once.
  virtual void ready_to_publish() = 0;
  // Everything up to this block is in Kafka: its bytes are needed no more.
  virtual void committed(BlockSequence up_to) = 0;
  virtual void notice(SourceEvent event, std::string_view detail) = 0;
  // The last call.
  virtual void ended(PublisherEnd end) = 0;
};

class Publisher {
 public:
  Publisher(PublisherOptions options, PublisherListener& listener, SourceCounters& counters,
            Log& log);
  ~Publisher();  // joins the thread, which must have been told to drain()

  void start();
  // Never blocks: the caller keeps to limits::max_extracted_*.
  void push(Batch&& batch);
  // No more batches: commit what is there, then end.
  void drain();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace penstock::publish
