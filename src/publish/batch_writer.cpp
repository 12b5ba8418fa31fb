#include "publish/batch_writer.hpp"

#include "penstock/core/limits.hpp"

namespace penstock::publish {

using Disposition = RefusedRecords::Disposition;

bool BatchWriter::write(const Batch& batch, ItemSequence item, TransactionalKafka& kafka,
                        MonotonicTime now) {
  for (std::uint32_t index = 0; index < batch.events.size(); ++index) {
    const bool wanted = batch.verdicts.empty() || batch.verdicts[index] == Verdict::publish;
    if (wanted && !write_event(batch, {.item = item, .index = index}, kafka, now)) {
      return false;
    }
  }
  for (std::uint32_t index = 0; index < batch.dead_letters.size(); ++index) {
    if (!write_dead_letter(batch, batch.dead_letters[index],
                           {.item = item, .letter = true, .index = index}, kafka)) {
      return false;
    }
  }
  return true;
}

// What stands before a suspect goes in a Kafka batch without it, and what follows as well.
Produced BatchWriter::produce(const Record& record, RecordId id, bool alone,
                              TransactionalKafka& kafka) {
  if (alone && !kafka.flush()) {
    return Produced::failed;
  }
  const Produced produced = id.letter ? kafka.dead_letter(record, id) : kafka.event(record, id);
  return alone && produced == Produced::queued && !kafka.flush() ? Produced::failed : produced;
}

bool BatchWriter::write_event(const Batch& batch, RecordId id, TransactionalKafka& kafka,
                              MonotonicTime now) {
  const Event& event = batch.events[id.index];
  const auto disposition = refused_.any() ? refused_.of(id) : Disposition::together;
  const auto divert = [&] {
    // As a letter behind those that the batch has, so that it is told apart if it is refused, too.
    const auto letter = static_cast<std::uint32_t>(batch.dead_letters.size()) + id.index;
    return write_dead_letter(batch,
                             {.reason = DeadLetterReason::rejected_by_broker,
                              .bytes = event.line,
                              .size = event.line.size()},
                             {.item = id.item, .letter = true, .index = letter}, kafka);
  };
  if (disposition == Disposition::dead_letter) {
    return divert();
  }
  router_.route(event, batch, id.index, record_);
  if (disposition == Disposition::received_time) {
    record_.timestamp_ms = batch.block.received_at.time_since_epoch().count();
  }
  const auto produced = produce(record_, id, disposition != Disposition::together, kafka);
  if (produced == Produced::refused) {
    refused_.refuse(id, now);
    return divert();
  }
  if (produced == Produced::queued && disposition == Disposition::alone) {
    refused_.accepted(id);
  }
  return produced == Produced::queued;
}

bool BatchWriter::write_dead_letter(const Batch& batch, const DeadLetter& letter, RecordId id,
                                    TransactionalKafka& kafka) {
  const auto disposition = refused_.any() ? refused_.of(id) : Disposition::together;
  const Bytes part_size = disposition == Disposition::small_parts ? limits::dead_letter_small_part
                                                                  : limits::dead_letter_part;
  const auto parts = Router::parts(letter.bytes, part_size);
  for (std::size_t part = 0; part < parts.size(); ++part) {
    Router::route_dead_letter(letter, source_.str(), batch.block, part, parts.size(), parts[part],
                              record_);
    if (produce(record_, id, disposition != Disposition::together, kafka) != Produced::queued) {
      return false;
    }
  }
  if (disposition == Disposition::alone) {
    refused_.accepted(id);
  }
  return true;
}

}  // namespace penstock::publish
