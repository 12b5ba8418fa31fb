// Decides what the publisher of a source does next with its transactional producer. Pure: no
// librdkafka, no clock, no thread. The publisher carries out one Action and says what came of it.
//
//   open ─► prepare topics ─► init ─► claim ─► load state ─► ready
//   ready ─► batch ─► begin ─► produce ─► … ─► tick ─► commit ─► advance ─► ready
//   ready ─► a little ─► … ─► tick ─► begin ─► produce ─► commit ─► advance ─► ready
//                                  error that requires abort ─► abort ─► produce the same again
//                                  fatal, fenced, or a connection lost within ─► re-init
//
// A re-init makes a new producer, claims the source again and reads the state topic up to its own
// claim: the stored position then says whether the transaction in doubt was committed. Before that
// it looks for the claim of another instance, which it would fence: that one goes on then.
//
// Why a lost connection forces a re-init even after a commit that succeeded: a re-sent EndTxn can
// leave the delayed first one to end the *next* transaction; a new producer epoch fences it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "penstock/core/backoff.hpp"
#include "penstock/core/commit_beat.hpp"
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
using penstock::to_string;  // of core's words: the next one doesn't hide them
std::string_view to_string(Outcome outcome) noexcept;

struct Action {
  enum class Kind : std::uint8_t {
    prepare_topics,  // create what is missing
    open_producer,   // destroy the old one, make a new one
    init_transactions,
    produce_claim,  // the owner record
    load_state,     // read the source's state partition up to the claim; answer with loaded()
    await_item,     // until `until`, if given; answer with item(), tick() or drained()
    begin,
    produce,     // the pending items from `from` to `up_to`
    send_ahead,  // what was produced so far, so that less is left to be sent by the commit
    commit,      // the items up to `up_to`, with the position behind them
    commit_claim,
    abort,
    advance,      // everything up to `up_to` is committed; answer with done()
    check_owner,  // read what is committed of the state partition; answer with owner_found()
    find_owner,   // the same, and for a while what comes
    wait,         // until `until`; answer with done(), or with drained()
    halt_taken_over,
    halt_lost_position,  // what the state says isn't what this instance knows
    finish,              // let go of the producer
    ended,               // nothing any more
  };
  Kind kind;
  std::optional<MonotonicTime> until{};
  ItemSequence from{};
  ItemSequence up_to{};
};

struct TransactionOptions {
  CommitBeat beat;
  Bytes max_bytes;  // a transaction that reaches this is committed before its tick
  std::size_t max_events;
  Bytes held_back{};  // fewer than these wait for the tick before they are produced
  Duration retry_step{250};
  Duration retry_max{15'000};
  Duration commit_retry_max{1'000};  // a commit has waited itself; what isn't sent yet, it sends
};

class TransactionFsm {
 public:
  explicit TransactionFsm(TransactionOptions options);

  Action start();
  void set_beat(const CommitBeat& beat) { options_.beat = beat; }

  // The action was carried out, or not. `connections_lost` counts from the producer's start.
  Action done(Outcome outcome, std::uint64_t connections_lost, MonotonicTime now);
  // Answers to load_state. `position`: the first item not committed, as is stored for this journal;
  // none: nothing was ever committed. The first time, it is the number of this process's first
  // item. `is_lost`: the position tells nothing, as another instance claimed since this one last
  // loaded the state, the state is another topic's by now, or the journal is an older copy.
  Action loaded(std::optional<ItemSequence> position, bool is_lost);
  // Answers to check_owner and find_owner: the latest owner record is another instance's.
  Action owner_found(bool another);
  // Answers to await_item. `last_before`: a tick before which nothing more is to be expected; if it
  // is the next one, it needn't be waited for.
  Action item(ItemSequence sequence, Bytes bytes, std::size_t events, MonotonicTime now,
              std::optional<MonotonicTime> last_before = {});
  Action tick();  // `until` has come
  // There will be no more items. An answer to a wait, too: it ends where nothing is pending.
  Action drained();

  // Items were taken and are not committed.
  bool pending() const { return !sizes_.empty(); }

  // What has just failed tells what to do differently: the next attempt needn't wait.
  void learned() noexcept { backoff_.reset(); }
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
    ready,  // await_item, with or without an open transaction
    beginning,
    producing,
    sending_ahead,
    committing,
    aborting,
    advancing,
    finding_owner,
    waiting,  // then the state in `after_wait_`
    ended,
  };

  Action enter(State state);
  Action await();
  void keep_beat(MonotonicTime now);
  Action commit_all();
  Action failed(Outcome outcome, State retry, MonotonicTime now);
  Action reinitialise(bool fenced, MonotonicTime now);
  Action wait_then(State state, MonotonicTime now);
  Action wait_then(State state, MonotonicTime now, Duration most);
  Action after_advance(MonotonicTime now);
  bool worth_sending_ahead(MonotonicTime now);
  void choose_items();
  bool all_chosen() const;
  bool full() const;
  void shrink();
  Bytes max_bytes() const;
  std::size_t max_events() const;
  bool lost(std::uint64_t connections_lost) const { return connections_lost != lost_at_begin_; }

  struct Size {
    Bytes bytes;
    std::size_t events;
  };

  TransactionOptions options_;
  LinearBackoff backoff_;
  Duration hold_{0};
  State state_ = State::preparing_topics;
  State after_wait_ = State::opening;
  std::optional<MonotonicTime> wait_until_;

  ItemSequence first_{1};     // the first item not committed
  std::deque<Size> sizes_;    // of the items taken and not committed
  Bytes waiting_{};           // of those that were taken since items were last chosen
  ItemSequence produced_{0};  // the last produced in the open transaction, or in the one in doubt
  ItemSequence producing_{};  // the last that the produce under way is to bring there
  Size chosen_{};             // of the items from first_ to producing_
  // Halves a transaction's bounds so many times: after one that failed, until one of that size is
  // committed. So whatever makes large ones fail, a slow link among it, smaller ones come through.
  int halvings_ = 0;

  bool loaded_ = false;  // the state was read up to a claim of ours
  bool fenced_ = false;  // the last re-init was for that
  bool in_transaction_ = false;
  Duration ahead_left_{};  // to the tick: nothing is sent ahead in the open one while more is left
  bool draining_ = false;
  bool commit_at_once_ = false;  // items of an earlier transaction have waited long enough
  std::optional<MonotonicTime> next_tick_;
  std::uint64_t lost_at_begin_ = 0;
  std::uint64_t reinitialisations_ = 0;
};

}  // namespace penstock::publish
