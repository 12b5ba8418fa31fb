// What the transactor counts and tells.
#include <chrono>
#include <utility>

#include "publish/transactor.hpp"

namespace penstock::publish {

void Transactor::note_debt(bool kafka_owes) {
  if (!kafka_owes) {
    counters_.kafka_owes_since_ms.set(0);
    tell_trouble({});
  } else if (counters_.kafka_owes_since_ms.get() == 0) {
    const auto now = clock_.monotonic().time_since_epoch();
    counters_.kafka_owes_since_ms.set(std::chrono::floor<std::chrono::milliseconds>(now).count());
  }
}

// To the listener, where it changes.
void Transactor::tell_trouble(KafkaTrouble trouble) {
  if (trouble != trouble_) {
    trouble_ = std::move(trouble);
    listener_.kafka_trouble(trouble_);
  }
}

void Transactor::tell_lost_position() {
  if (set_back_) {
    log_.error("the journal is an older copy: Kafka has later blocks of it",
               {{"source", options_.source.str()},
                {"journal", options_.journal},
                {"remedy",
                 "move its directory away: what is in it is in Kafka, but for what came "
                 "since it was put back; penstock makes a new one"}});
    return;
  }
  if (!another_claimed_ &&
      (kafka_.state_is_another() || !state_.positions().contains(options_.journal))) {
    log_.error("the state topic isn't the one that was read: it was made again, or lost its end",
               {{"source", options_.source.str()},
                {"topic", options_.topics.state},
                {"remedy",
                 "restore it as it was before the next start, which otherwise begins anew: what "
                 "waits in the journal may be published twice"}});
    return;
  }
  log_.error(another_claimed_ ? "another instance claimed the source at the same time"
                              : "the stored position is neither before nor after what is pending",
             {{"source", options_.source.str()}, {"journal", options_.journal}});
}

// Of blocks that an earlier process committed: they are counted as published before.
void Transactor::pass_over(const Batch& batch) {
  counters_.leave(lines_of(batch), {.duplicate = lines_of(batch)});
  listener_.released(batch, lines_of(batch));
  listener_.committed();
}

void Transactor::count(const Pending& item, ItemSequence sequence) {
  const Batch& batch = item.batch;
  EventTally tally{.duplicate = item.dropped_letters};
  const auto letters = [&tally](DeadLetterReason reason) -> std::uint64_t& {
    return tally.dead_letters[static_cast<std::size_t>(reason)];
  };
  for (std::uint32_t index = 0; index < batch.events.size(); ++index) {
    const Verdict verdict = batch.verdicts.empty() ? Verdict::publish : batch.verdicts[index];
    if (verdict == Verdict::duplicate) {
      ++tally.duplicate;
    } else if (verdict == Verdict::filtered) {
      ++tally.filtered;
    } else if (refused_.any() && refused_.of({.item = sequence, .index = index}) ==
                                     RefusedRecords::Disposition::dead_letter) {
      ++letters(DeadLetterReason::rejected_by_broker);
      listener_.notice(SourceEvent::rejected_by_broker,
                       "an event of " + std::to_string(batch.events[index].line.size()) +
                           " bytes went to the dead letters");
    } else {
      ++tally.published;
    }
  }
  for (const DeadLetter& letter : batch.dead_letters) {
    ++letters(letter.reason);
  }
  counters_.leave(lines_of(batch) + item.dropped_letters, tally);
  const std::chrono::duration<double> latency = clock_.wall() - batch.block.received_at;
  counters_.publish_latency.observe(latency.count(), tally.published);
}

}  // namespace penstock::publish
