#include "publish/batch_writer.hpp"

#include <algorithm>
#include <numeric>

#include "penstock/core/limits.hpp"

namespace penstock::publish {

namespace {

constexpr std::size_t prefetch_ahead = 8;  // events: keys are in blocks that another core wrote

}  // namespace

bool BatchWriter::write(const Batch& batch, ItemSequence item, TransactionalKafka& kafka,
                        MonotonicTime now) {
  arrange(batch, kafka.partitioning());
  any_refused_ = refused_.any() || refused_.refuses_any_time(now);
  most_together_ = refused_.most_together(now);
  for (const std::uint32_t index : order_) {
    if (!write_event(batch, {.item = item, .index = index}, kafka, now)) {
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

// Those of one partition in a row, in their order. So the records of a partition are neighbours in
// memory when librdkafka's thread walks them: in turns with those of others, each would be a cache
// miss, a seventh of all CPU where events are small. An event without a key may come into any
// partition, so it stays behind all that came before it, and before all that came later.
void BatchWriter::arrange(const Batch& batch, const Partitioning& partitioning) {
  const std::size_t count = batch.events.size();
  order_.clear();
  for (std::uint32_t index = 0; index < count; ++index) {
    if (index + prefetch_ahead < count) {
      const auto later = router_.key(batch.events[index + prefetch_ahead]);
      __builtin_prefetch(later ? later->data() : nullptr);
    }
    if (!batch.verdicts.empty() && batch.verdicts[index] != Verdict::publish) {
      continue;
    }
    if (const auto key = router_.key(batch.events[index])) {
      stretch_.push_back({index, partitioning.of(*key)});
    } else {
      end_stretch(partitioning.count());
      order_.push_back(index);
    }
  }
  end_stretch(partitioning.count());
}

void BatchWriter::end_stretch(std::uint32_t partitions) {
  const auto begin = static_cast<std::uint32_t>(order_.size());
  order_.resize(begin + stretch_.size());
  if (stretch_.size() < partitions) {  // hardly two are of one partition, and places_ is longer
    std::ranges::transform(stretch_, order_.begin() + begin, &Keyed::index);
  } else {
    places_.assign(partitions, 0);
    for (const Keyed& event : stretch_) {
      ++places_[event.partition];
    }
    std::exclusive_scan(places_.begin(), places_.end(), places_.begin(), begin);
    for (const Keyed& event : stretch_) {
      order_[places_[event.partition]++] = event.index;
    }
  }
  stretch_.clear();
}

// What stands before a suspect goes in a Kafka batch without it, and what follows as well.
Produced BatchWriter::produce(const Record& record, RecordId id, bool alone,
                              TransactionalKafka& kafka) {
  const bool full = most_together_ && together_ >= *most_together_;
  if (alone || full) {
    if (!kafka.flush()) {
      return Produced::failed;
    }
    together_ = 0;
  }
  ++together_;
  const Produced produced = id.letter ? kafka.dead_letter(record, id) : kafka.event(record, id);
  return alone && produced == Produced::queued && !kafka.flush() ? Produced::failed : produced;
}

bool BatchWriter::write_event(const Batch& batch, RecordId id, TransactionalKafka& kafka,
                              MonotonicTime now) {
  const Event& event = batch.events[id.index];
  const auto disposition = any_refused_ ? refused_.of(id) : Disposition::together;
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
  if (any_refused_) {
    choose_time(batch, id, disposition, now);
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

void BatchWriter::choose_time(const Batch& batch, RecordId id, Disposition disposition,
                              MonotonicTime now) {
  const std::int64_t received_ms = batch.block.received_at.time_since_epoch().count();
  if (disposition == Disposition::received_time ||
      refused_.refuses_time(Duration{record_.timestamp_ms - received_ms}, now)) {
    record_.timestamp_ms = received_ms;
  }
  if (disposition == Disposition::alone) {
    refused_.try_alone(id, Duration{record_.timestamp_ms - received_ms});
  }
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
