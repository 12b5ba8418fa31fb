#include "publish/batch_writer.hpp"

#include <algorithm>

#include "penstock/core/system_clock.hpp"

namespace penstock::publish {

bool BatchWriter::write(const Batch& batch, Producer& producer) {
  for (std::uint32_t index = 0; index < batch.events.size(); ++index) {
    if (!write_event(batch, index, producer)) {
      return false;
    }
  }
  return std::all_of(
      batch.dead_letters.begin(), batch.dead_letters.end(),
      [&](const DeadLetter& letter) { return write_dead_letter(batch, letter, producer); });
}

bool BatchWriter::write_event(const Batch& batch, std::uint32_t index, Producer& producer) {
  const Event& event = batch.events[index];
  const RecordId id{batch.block.sequence, index};
  const auto disposition = refused_.any() ? refused_.of(id) : RefusedRecords::Disposition::together;
  const auto divert = [&] {
    return write_dead_letter(batch,
                             {.reason = DeadLetterReason::rejected_by_broker,
                              .bytes = event.line,
                              .size = event.line.size()},
                             producer);
  };
  if (disposition == RefusedRecords::Disposition::dead_letter) {
    return divert();
  }
  const bool alone = disposition == RefusedRecords::Disposition::alone;
  if (alone) {
    producer.flush();  // what stands before it goes in a Kafka batch without it
  }
  router_.route(event, batch.block, record_);
  const auto produced = producer.event(record_, id);
  if (produced == Producer::Produced::refused) {
    refused_.refuse(id, monotonic_now());
    return divert();
  }
  if (alone) {
    producer.flush();
  }
  return produced == Producer::Produced::queued;
}

bool BatchWriter::write_dead_letter(const Batch& batch, const DeadLetter& letter,
                                    Producer& producer) {
  const auto parts = Router::parts(letter.bytes);
  for (std::size_t part = 0; part < parts.size(); ++part) {
    Router::route_dead_letter(letter, source_.str(), batch.block, part, parts.size(), parts[part],
                              record_);
    if (producer.dead_letter(record_) != Producer::Produced::queued) {
      return false;
    }
  }
  return true;
}

}  // namespace penstock::publish
