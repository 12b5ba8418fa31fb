#include "penstock/publish/transaction_fsm.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace penstock::publish {

using Kind = Action::Kind;

std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::fenced:
      return "fenced";
    case Outcome::fatal:
      return "fatal";
    case Outcome::requires_abort:
      return "abort";
    case Outcome::retriable:
      return "retry";
  }
  assert(false);
  return "unknown";
}

TransactionFsm::TransactionFsm(TransactionOptions options)
    : options_(options), backoff_(Duration{0}, options.retry_step, options.retry_max) {}

Action TransactionFsm::start() { return enter(State::preparing_topics); }

Action TransactionFsm::enter(State state) {
  state_ = state;
  switch (state) {
    case State::preparing_topics:
      return {.kind = Kind::prepare_topics};
    case State::opening:
      return {.kind = Kind::open_producer};
    case State::initialising:
      return {.kind = Kind::init_transactions};
    case State::claim_begin:
    case State::beginning:
      return {.kind = Kind::begin};
    case State::claim_produce:
      return {.kind = Kind::produce_claim};
    case State::claim_commit:
      return {.kind = Kind::commit_claim};
    case State::sending_ahead:
      return {.kind = Kind::send_ahead};
    case State::committing:
      return {.kind = Kind::commit, .up_to = produced_};
    case State::claim_abort:
    case State::aborting:
      return {.kind = Kind::abort};
    case State::loading:
      return {.kind = Kind::load_state};
    case State::producing:
      choose_items();
      return {.kind = Kind::produce, .from = produced_.next(), .up_to = producing_};
    case State::advancing:
      return {.kind = Kind::advance, .up_to = produced_};
    case State::finding_owner:
      return {.kind = fenced_ ? Kind::find_owner : Kind::check_owner};
    case State::ready:
      return await();
    case State::ended:
      return {.kind = Kind::finish};
    case State::waiting:
      break;
  }
  assert(false);
  return {.kind = Kind::finish};
}

Action TransactionFsm::await() {
  if (draining_) {
    return pending() ? commit_all() : enter(State::ended);
  }
  return {.kind = Kind::await_item, .until = pending() ? next_tick_ : std::nullopt};
}

// What was held back first joins the transaction.
Action TransactionFsm::commit_all() {
  if (in_transaction_ && all_chosen()) {
    return enter(State::committing);
  }
  commit_at_once_ = true;
  return enter(in_transaction_ ? State::producing : State::beginning);
}

Action TransactionFsm::done(Outcome outcome, std::uint64_t connections_lost, MonotonicTime now) {
  const bool ok = outcome == Outcome::ok;
  switch (state_) {
    case State::preparing_topics:
      return ok ? enter(State::opening) : wait_then(State::preparing_topics, now);
    case State::opening:
      return ok ? enter(State::initialising) : wait_then(State::opening, now);
    case State::initialising:
      if (outcome == Outcome::retriable && loaded_) {
        return wait_then(State::finding_owner, now);  // another may have claimed meanwhile
      }
      return ok ? enter(State::claim_begin) : failed(outcome, State::initialising, now);

    case State::claim_begin:
      lost_at_begin_ = connections_lost;
      return ok ? enter(State::claim_produce) : failed(outcome, State::claim_begin, now);
    case State::claim_produce:
      return ok ? enter(State::claim_commit) : failed(outcome, State::claim_produce, now);
    case State::claim_commit:
      if (!ok) {
        return failed(outcome, State::claim_commit, now);
      }
      return lost(connections_lost) ? reinitialise(false, now) : enter(State::loading);
    case State::claim_abort:
      if (!ok) {
        return failed(outcome, State::claim_abort, now);
      }
      return lost(connections_lost) ? reinitialise(false, now) : wait_then(State::claim_begin, now);

    case State::beginning:
      if (!ok) {
        return failed(outcome, State::beginning, now);
      }
      in_transaction_ = true;
      ahead_left_ = options_.beat.interval() / 2;
      lost_at_begin_ = connections_lost;
      produced_ = ItemSequence{first_.value - 1};
      chosen_ = {};
      return enter(State::producing);
    case State::producing: {
      if (!ok) {
        return failed(outcome, State::producing, now);
      }
      produced_ = producing_;
      if (full() || commit_at_once_) {
        return enter(State::committing);
      }
      return enter(worth_sending_ahead(now) ? State::sending_ahead : State::ready);
    }
    case State::sending_ahead:
      return enter(State::ready);  // what failed, the commit finds out
    case State::committing:
      if (!ok) {
        return failed(outcome, State::committing, now);
      }
      in_transaction_ = false;
      return lost(connections_lost) ? reinitialise(false, now) : enter(State::advancing);
    case State::aborting:
      if (!ok) {
        return failed(outcome, State::aborting, now);
      }
      if (lost(connections_lost)) {
        return reinitialise(false, now);
      }
      shrink();
      in_transaction_ = false;
      commit_at_once_ = true;
      return wait_then(State::beginning, now);
    case State::advancing:
      return after_advance(now);
    case State::waiting:
      return enter(after_wait_);

    case State::loading:
    case State::finding_owner:
      // Reading the state failed: Kafka is away; the same again.
      return wait_then(state_, now);
    case State::ready:
    case State::ended:
      break;
  }
  assert(false);
  return enter(State::ended);
}

Action TransactionFsm::failed(Outcome outcome, State retry, MonotonicTime now) {
  switch (outcome) {
    case Outcome::fenced:
      // Before the state was read, the owner found there could be one that is long gone.
      return reinitialise(loaded_, now);
    case Outcome::fatal:
      return reinitialise(false, now);
    case Outcome::requires_abort:
      if (retry == State::aborting || retry == State::claim_abort || retry == State::initialising) {
        return reinitialise(false, now);  // no transaction that could be aborted
      }
      if (retry == State::claim_begin || retry == State::claim_produce ||
          retry == State::claim_commit) {
        return enter(State::claim_abort);
      }
      return enter(State::aborting);
    case Outcome::retriable:
      if (retry == State::producing || retry == State::claim_produce) {
        // A part may be in the transaction already: again from its beginning.
        return failed(Outcome::requires_abort, retry, now);
      }
      return wait_then(retry, now,
                       retry == State::committing ? options_.commit_retry_max : options_.retry_max);
    case Outcome::ok:
      break;
  }
  assert(false);
  return enter(State::ended);
}

Action TransactionFsm::reinitialise(bool fenced, MonotonicTime now) {
  shrink();
  in_transaction_ = false;
  commit_at_once_ = true;
  ++reinitialisations_;
  fenced_ = fenced;
  return wait_then(loaded_ ? State::finding_owner : State::opening, now);
}

Action TransactionFsm::owner_found(bool another) {
  assert(state_ == State::finding_owner);
  if (another) {
    state_ = State::ended;
    return {.kind = Kind::halt_taken_over};
  }
  fenced_ = false;
  return enter(State::opening);
}

// At once the first time, later and later while no transaction is committed in between.
Action TransactionFsm::wait_then(State state, MonotonicTime now) {
  return wait_then(state, now, options_.retry_max);
}

Action TransactionFsm::wait_then(State state, MonotonicTime now, Duration most) {
  const Duration wait =
      std::max(std::min(backoff_.next(), most), std::exchange(hold_, Duration{0}));
  if (wait == Duration{0}) {
    return enter(state);
  }
  state_ = State::waiting;
  after_wait_ = state;
  wait_until_ = now + wait;
  return {.kind = Kind::wait, .until = wait_until_};
}

Action TransactionFsm::loaded(std::optional<ItemSequence> position, bool is_lost) {
  assert(state_ == State::loading);
  if (is_lost) {
    state_ = State::ended;
    return {.kind = Kind::halt_lost_position};
  }
  const ItemSequence stored = position.value_or(ItemSequence{1});
  if (!std::exchange(loaded_, true)) {
    // Items are counted on from where the process before ended, so that no position that it stored
    // can be taken for one of this process.
    first_ = stored;
  }
  if (stored == first_) {
    // Nothing is in doubt, or what is was not committed.
    return pending() ? enter(State::beginning) : enter(State::ready);
  }
  if (produced_ >= first_ && stored == produced_.next()) {
    return enter(State::advancing);
  }
  state_ = State::ended;
  return {.kind = Kind::halt_lost_position};
}

Action TransactionFsm::after_advance(MonotonicTime now) {
  sizes_.erase(sizes_.begin(),
               sizes_.begin() + static_cast<std::ptrdiff_t>(produced_.next().value - first_.value));
  first_ = produced_.next();
  // The rest of a transaction that failed has waited long enough. What only found no room in a full
  // one hasn't: its transaction takes what comes, as small ones cost as much as large ones.
  commit_at_once_ = pending() && halvings_ > 0;
  halvings_ = std::max(0, halvings_ - 1);
  backoff_.reset();
  if (!pending()) {
    return enter(State::ready);
  }
  keep_beat(now);
  return enter(State::beginning);
}

// Takes pending items into the transaction, in their order, while they fit; one in any case.
void TransactionFsm::choose_items() {
  waiting_ = {};
  producing_ = produced_;
  for (std::size_t i = produced_.next().value - first_.value; i < sizes_.size(); ++i) {
    const Size with{Bytes{chosen_.bytes.count + sizes_[i].bytes.count},
                    chosen_.events + sizes_[i].events};
    const bool alone = producing_ < first_;
    if (!alone && (with.bytes > max_bytes() || with.events > max_events())) {
      break;
    }
    chosen_ = with;
    producing_ = producing_.next();
  }
}

// No item is pending that isn't in the open transaction.
bool TransactionFsm::all_chosen() const {
  return produced_.next().value - first_.value == sizes_.size();
}

// The transaction holds what it may; or more is pending than had room in it.
bool TransactionFsm::full() const {
  return chosen_.bytes >= max_bytes() || chosen_.events >= max_events() || !all_chosen();
}

// What has just failed was too large, perhaps: half of it next time.
void TransactionFsm::shrink() {
  if (!in_transaction_) {
    return;
  }
  while (chosen_.bytes.count > 1 && max_bytes() >= chosen_.bytes) {
    ++halvings_;
  }
}

Bytes TransactionFsm::max_bytes() const { return Bytes{options_.max_bytes.count >> halvings_}; }

std::size_t TransactionFsm::max_events() const { return options_.max_events >> halvings_; }

Action TransactionFsm::item(ItemSequence sequence, Bytes bytes, std::size_t events,
                            MonotonicTime now, std::optional<MonotonicTime> last_before) {
  assert(state_ == State::ready && sequence.value == first_.value + sizes_.size());
  static_cast<void>(sequence);
  if (!pending()) {
    keep_beat(now);
  }
  sizes_.push_back({bytes, events});
  waiting_.count += bytes.count;
  if (last_before && last_before == next_tick_) {
    next_tick_ = options_.beat.after(*next_tick_);
    return commit_all();
  }
  if (waiting_ < options_.held_back) {
    return await();
  }
  return enter(in_transaction_ ? State::producing : State::beginning);
}

// A late commit doesn't move the next ticks.
void TransactionFsm::keep_beat(MonotonicTime now) {
  if (!next_tick_ || *next_tick_ <= now) {
    next_tick_ = options_.beat.after(now);
  }
}

// In the second half of the interval, then in the second half of what is left of it, and so on: a
// commit finds little left to send. Where there is much, full batches go by themselves.
bool TransactionFsm::worth_sending_ahead(MonotonicTime now) {
  const auto left = std::chrono::duration_cast<Duration>(*next_tick_ - now);  // items are pending
  if (left <= Duration{0} || left > ahead_left_ || chosen_.bytes.count >= max_bytes().count / 4) {
    return false;
  }
  ahead_left_ = left / 2;
  return true;
}

Action TransactionFsm::tick() {
  assert(state_ == State::ready && pending());
  return commit_all();
}

Action TransactionFsm::drained() {
  assert(state_ == State::ready || state_ == State::waiting);
  draining_ = true;
  if (state_ == State::ready) {
    return await();
  }
  if (pending()) {
    return {.kind = Kind::wait, .until = wait_until_};
  }
  return enter(State::ended);  // nothing is owed to Kafka, so it needn't come back
}

}  // namespace penstock::publish
