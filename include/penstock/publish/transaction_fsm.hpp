// Decides what the publisher of a source does next with its transactional producer. Pure: no
// librdkafka, no clock, no thread. The publisher carries out one Action and says what came of it.
//
//   open ─► prepare topics ─► init ─► claim ─► load state ─► ready
//   ready ─► batch ─► begin ─► produce ─► … ─► tick ─► commit ─► advance ─► ready
//                                  error that requires abort ─► abort ─► produce the same again
//                                  fatal, fenced, or a connection lost within ─► re-init
//
// A re-init makes a new producer, claims the source again and reads the state topic up to its own
// claim: the stored position then says whether the transaction in doubt was committed.
//
// Why a lost connection forces a re-init even after a commit that succeeded: a re-sent EndTxn can
// leave the delayed first one to end the *next* transaction; a new producer epoch fences it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "penstock/core/backoff.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::publish {

// What came of a call to Kafka, in the order in which it is to be looked at.
enum class Outcome : std::uint8_t {
  ok,
  fenced,          // another producer with our transactional.id, or our own transaction timed out
  fatal,           // this producer can't go on
  requires_abort,  // this transaction can't go on
  retriable,       // the same call again
};

struct Action {
  enum class Kind : std::uint8_t {
    prepare_topics,  // create what is missing
    open_producer,   // destroy the old one, make a new one
    init_transactions,
    produce_claim,  // the owner record
    load_state,     // read the source's state partition up to the claim; answer with loaded()
    await_batch,    // until `until`, if given; answer with batch(), tick() or drained()
    begin,
    produce,  // the pending batches from `from` on
    commit,   // the batches up to `up_to`, with the position behind them
    commit_claim,
    abort,
    advance,     // everything up to `up_to` is committed; answer with done()
    find_owner,  // read the state partition for a while; answer with owner_found()
    wait,        // until `until`; answer with done()
    halt_taken_over,
    halt_lost_position,  // the stored position is neither before nor after what is pending
    finish,
  };
  Kind kind;
  std::optional<MonotonicTime> until{};
  BlockSequence from{};
  BlockSequence up_to{};
};

struct TransactionOptions {
  Duration commit_interval;
  Bytes max_bytes;  // a transaction that reaches this is committed before its tick
  std::size_t max_events;
  Duration retry_step{250};
  Duration retry_max{15'000};
};

class TransactionFsm {
 public:
  // `first`: the first block that has not been committed before.
  TransactionFsm(TransactionOptions options, BlockSequence first);

  Action start();

  // The action was carried out, or not. `connections_lost` counts from the producer's start.
  Action done(Outcome outcome, std::uint64_t connections_lost, MonotonicTime now);
  // Answers to load_state. `position`: the first block not committed, as stored; none: never
  // stored.
  Action loaded(std::optional<BlockSequence> position, bool claim_is_latest, MonotonicTime now);
  // Answers to find_owner: the latest owner record is another instance's.
  Action owner_found(bool another, MonotonicTime now);
  // Answers to await_batch.
  Action batch(BlockSequence sequence, Bytes bytes, std::size_t events, MonotonicTime now);
  Action tick();     // `until` has come
  Action drained();  // there will be no more batches

  // The next wait takes at least this long: something stands in the way of every transaction.
  void hold(Duration wait) noexcept { hold_ = wait; }
  std::uint64_t reinitialisations() const noexcept { return reinitialisations_; }

 private:
  enum class State : std::uint8_t {
    preparing_topics,
    opening,
    initialising,
    claim_begin,
    claim_produce,
    claim_commit,
    claim_abort,
    loading,
    ready,  // await_batch, with or without an open transaction
    beginning,
    producing,
    committing,
    aborting,
    advancing,
    finding_owner,
    waiting,  // then the state in `after_wait_`
    ended,
  };

  Action enter(State state);
  Action await();
  Action failed(Outcome outcome, State retry, MonotonicTime now);
  Action reinitialise(bool fenced, MonotonicTime now);
  Action wait_then(State state, MonotonicTime now);
  Action after_advance();
  bool lost(std::uint64_t connections_lost) const { return connections_lost != lost_at_begin_; }
  bool pending() const { return pending_last_ >= pending_first_; }

  TransactionOptions options_;
  LinearBackoff backoff_;
  Duration hold_{0};
  State state_ = State::preparing_topics;
  State after_wait_ = State::opening;

  BlockSequence pending_first_;  // the first block not committed
  BlockSequence pending_last_;   // the last taken; before the first: none
  BlockSequence produced_;       // the last produced in the open transaction
  Bytes pending_bytes_{};
  std::size_t pending_events_ = 0;

  bool loaded_ = false;  // the state was read up to a claim of ours
  bool in_transaction_ = false;
  bool draining_ = false;
  bool commit_at_once_ = false;  // batches of an aborted transaction have waited long enough
  std::optional<MonotonicTime> next_tick_;
  std::uint64_t lost_at_begin_ = 0;
  std::uint64_t reinitialisations_ = 0;
};

}  // namespace penstock::publish
