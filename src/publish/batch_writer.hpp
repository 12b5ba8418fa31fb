// Hands the records of a batch to the producer: events and dead letters, refused ones diverted.
#pragma once

#include "penstock/core/event.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/publish/refused_records.hpp"
#include "penstock/publish/router.hpp"
#include "publish/producer.hpp"

namespace penstock::publish {

// Used by the publisher's thread.
class BatchWriter {
 public:
  // `refused` learns of records that are too large to be sent at all.
  BatchWriter(const SourceName& source, RouterOptions router, RefusedRecords& refused)
      : source_(source), router_(std::move(router)), refused_(refused) {}

  // False: a record couldn't be queued, and the producer knows why.
  bool write(const Batch& batch, Producer& producer);

 private:
  bool write_event(const Batch& batch, std::uint32_t index, Producer& producer);
  bool write_dead_letter(const Batch& batch, const DeadLetter& letter, Producer& producer);

  SourceName source_;
  Router router_;
  RefusedRecords& refused_;
  Record record_;  // reused from event to event
};

}  // namespace penstock::publish
