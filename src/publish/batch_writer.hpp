// Hands the records of a batch to the producer: events and dead letters, refused ones diverted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "penstock/core/event.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/publish/refused_records.hpp"
#include "penstock/publish/router.hpp"
#include "publish/transactional_kafka.hpp"

namespace penstock::publish {

// Used by the publisher's thread.
class BatchWriter {
 public:
  // `refused` learns of records that are too large to be sent at all.
  BatchWriter(const SourceName& source, RouterOptions router, RefusedRecords& refused)
      : source_(source), router_(std::move(router)), refused_(refused) {}

  // What the verdicts let through. False: a record couldn't be queued; Kafka's failure() says why.
  bool write(const Batch& batch, ItemSequence item, TransactionalKafka& kafka, MonotonicTime now);

 private:
  using Disposition = RefusedRecords::Disposition;

  struct Keyed {
    std::uint32_t index;
    std::uint32_t partition;
  };

  void arrange(const Batch& batch, const Partitioning& partitioning);
  void end_stretch(std::uint32_t partitions);
  bool write_event(const Batch& batch, RecordId id, TransactionalKafka& kafka, MonotonicTime now);
  void choose_time(const Batch& batch, RecordId id, Disposition disposition, MonotonicTime now);
  bool write_dead_letter(const Batch& batch, const DeadLetter& letter, RecordId id,
                         TransactionalKafka& kafka);
  Produced produce(const Record& record, RecordId id, bool alone, TransactionalKafka& kafka);

  SourceName source_;
  Router router_;
  RefusedRecords& refused_;
  // Of the batch that is being written: nothing is asked of each event that can't differ.
  bool any_refused_ = false;
  std::optional<std::size_t> most_together_;
  std::size_t together_ = 0;  // since the last flush; may be less
  // Reused from batch to batch, and from event to event.
  std::vector<Keyed> stretch_;         // events with no keyless one between them
  std::vector<std::uint32_t> places_;  // of each partition, where its next event stands in order_
  std::vector<std::uint32_t> order_;   // events, by their index
  Record record_;
};

}  // namespace penstock::publish
