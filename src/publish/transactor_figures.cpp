// What the transactor counts.
#include <chrono>

#include "publish/transactor.hpp"

namespace penstock::publish {

void Transactor::note_debt(bool kafka_owes) {
  if (!kafka_owes) {
    counters_.kafka_owes_since_ms.set(0);
  } else if (counters_.kafka_owes_since_ms.get() == 0) {
    counters_.kafka_owes_since_ms.set(clock_.wall().time_since_epoch().count());
  }
}

// Of blocks that an earlier process committed: they are counted as published before.
void Transactor::pass_over(const Batch& batch) {
  counters_.duplicate_events.add(lines_of(batch));
  listener_.released(batch, lines_of(batch));
  listener_.committed();
}

void Transactor::count(const Pending& item, ItemSequence sequence) {
  const Batch& batch = item.batch;
  std::uint64_t published = 0;
  std::uint64_t rejected = 0;
  counters_.duplicate_events.add(item.dropped_letters);
  for (std::uint32_t index = 0; index < batch.events.size(); ++index) {
    const Verdict verdict = batch.verdicts.empty() ? Verdict::publish : batch.verdicts[index];
    if (verdict == Verdict::duplicate) {
      counters_.duplicate_events.add();
    } else if (verdict == Verdict::filtered) {
      counters_.filtered_events.add();
    } else if (refused_.any() && refused_.of({.item = sequence, .index = index}) ==
                                     RefusedRecords::Disposition::dead_letter) {
      ++rejected;
      listener_.notice(SourceEvent::rejected_by_broker,
                       "an event of " + std::to_string(batch.events[index].line.size()) +
                           " bytes went to the dead letters");
    } else {
      ++published;
    }
  }
  counters_.published_events.add(published);
  counters_.dead_letters[static_cast<std::size_t>(DeadLetterReason::rejected_by_broker)].add(
      rejected);
  for (const DeadLetter& letter : batch.dead_letters) {
    counters_.dead_letters[static_cast<std::size_t>(letter.reason)].add();
  }
  const std::chrono::duration<double> latency = clock_.wall() - batch.block.received_at;
  counters_.publish_latency.observe(latency.count(), published);
}

}  // namespace penstock::publish
