// What a publisher does with its items and with Kafka, step by step: TransactionFsm decides the
// order, the Decider decides about batches, TransactionalKafka is called. No thread and no clock of
// its own, so that a test can stop it, or end it, between any two calls.
//
//   while (transactor.need() != Need::nothing) {
//     step   → step()                         one call to Kafka, or a decision
//     item   → take(), tick() or drained()    until `until()`, if given; idle() at idle_at()
//     wait   → waited(), or drained()         until `until()`
//   }
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "penstock/core/clock.hpp"
#include "penstock/core/counters.hpp"
#include "penstock/core/decision.hpp"
#include "penstock/core/log.hpp"
#include "penstock/publish/publisher.hpp"
#include "penstock/publish/state_records.hpp"
#include "penstock/publish/transaction_fsm.hpp"
#include "publish/batch_writer.hpp"
#include "publish/journal_cursor.hpp"
#include "publish/transactional_kafka.hpp"

namespace penstock::publish {

inline std::size_t lines_of(const Batch& batch) {
  return batch.events.size() + batch.dead_letters.size();
}

class Transactor {
 public:
  enum class Need : std::uint8_t { step, item, wait, nothing };
  using Item = std::variant<Batch, Note>;

  // All that is given by reference lives longer.
  Transactor(PublisherOptions options, TransactionalKafka& kafka, Decider& decider,
             PublisherListener& listener, SourceCounters& counters, const Clock& clock, Log& log);

  Need need() const;
  std::optional<MonotonicTime> until() const { return action_.until; }
  bool pending() const { return fsm_.pending(); }

  // When idle() is due. A note that changes nothing puts it off as little as silence does.
  MonotonicTime idle_at() const { return idle_at_; }

  void set_beat(const CommitBeat& beat) { fsm_.set_beat(beat); }

  void step();
  void take(Item&& item);
  void tick() { action_ = fsm_.tick(); }
  // Nothing was sent for a while: asks whether Kafka is there, and hears what librdkafka has to
  // tell, which otherwise piles up. May block for a second.
  void idle();
  void waited() { action_ = fsm_.done(Outcome::ok, kafka_.connections_lost(), clock_.monotonic()); }
  void drained() { action_ = fsm_.drained(); }

 private:
  struct Pending {
    Batch batch;  // of a note: empty
    Changes changes;
    bool is_batch = false;
    std::size_t dropped_letters = 0;  // the decider's choice: what a replay can't bring
  };

  void pass_over(const Batch& batch);
  Action carry_out(const Action& action);
  Action answer(const Call& call, const char* doing);
  Action load_state();
  Action find_owner(Duration wait);
  Call produce_claim();
  Call produce(ItemSequence from, ItemSequence up_to);
  Call produce_records(ItemSequence up_to);
  std::vector<const Changes*> changes_up_to(ItemSequence up_to) const;
  void advance(ItemSequence up_to);
  void count(const Pending& item, ItemSequence sequence);
  void look_at_refusals();
  void halt(PublisherEnd end);
  void note_debt(bool kafka_owes);
  void tell_trouble(KafkaTrouble trouble);
  void tell_lost_position();
  Result<void> apply(std::string_view key, std::optional<std::string_view> value, bool first_load);

  PublisherOptions options_;
  TransactionalKafka& kafka_;
  Decider& decider_;
  PublisherListener& listener_;
  SourceCounters& counters_;
  const Clock& clock_;
  Log& log_;
  TransactionFsm fsm_;
  SourceState state_;
  RefusedRecords refused_;
  BatchWriter writer_;
  Action action_;

  std::deque<Pending> pending_;  // taken and not committed
  ItemSequence first_{1};        // the first of them
  MonotonicTime idle_at_;
  BlockSequence live_{1};  // the first block of the journal that is not committed
  JournalCursor journal_;
  Owner owner_;
  KafkaTrouble trouble_;
  bool loaded_ = false;
  bool another_claimed_ = false;  // after this instance had loaded the state
  bool set_back_ = false;         // the journal: Kafka has blocks above the first of this process
  bool ready_told_ = false;
  bool records_produced_ = false;    // of the transaction that is open
  bool superseded_cleaned_ = false;  // records of earlier instances have their tombstones
};

}  // namespace penstock::publish
