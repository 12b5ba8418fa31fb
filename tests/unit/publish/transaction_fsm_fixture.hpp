// Drives the machine as the Transactor does, step by step.
#pragma once

#include <gtest/gtest.h>

#include "penstock/publish/transaction_fsm.hpp"

namespace penstock::publish {

class TransactionFsmTest : public ::testing::Test {
 protected:
  explicit TransactionFsmTest(Bytes held_back = {})
      : fsm_({.beat = CommitBeat(Duration{250}),
              .max_bytes = Bytes{1'000},
              .max_events = 100,
              .held_back = held_back}) {}

  using Kind = Action::Kind;
  static constexpr MonotonicTime start_time{std::chrono::seconds(100)};
  static constexpr std::size_t some_events = 10;

  TransactionFsm fsm_;
  MonotonicTime now_ = start_time;
  std::uint64_t lost_ = 0;
  Action action_ = fsm_.start();

  Kind done(Outcome outcome = Outcome::ok) {
    action_ = fsm_.done(outcome, lost_, now_);
    return action_.kind;
  }
  Kind item(std::uint64_t sequence, std::uint64_t bytes = 10, std::size_t events = some_events) {
    action_ = fsm_.item(ItemSequence{sequence}, Bytes{bytes}, events, now_);
    return action_.kind;
  }
  Kind last_item(std::uint64_t sequence, MonotonicTime before) {
    action_ = fsm_.item(ItemSequence{sequence}, Bytes{10}, some_events, now_, before);
    return action_.kind;
  }
  Kind tick() {
    action_ = fsm_.tick();
    return action_.kind;
  }
  Kind drained() {
    action_ = fsm_.drained();
    return action_.kind;
  }
  Kind loaded(std::optional<std::uint64_t> position, bool another_claimed = false) {
    action_ = fsm_.loaded(position ? std::optional(ItemSequence{*position}) : std::nullopt,
                          another_claimed);
    return action_.kind;
  }
  Kind owner_found(bool another) {
    action_ = fsm_.owner_found(another);
    return action_.kind;
  }
  // From a wait, or none, to what follows.
  Kind past_waits() {
    while (action_.kind == Kind::wait) {
      now_ = *action_.until;
      done();
    }
    return action_.kind;
  }
  // From the check before a claim that isn't the first, or from open_producer, to load_state.
  void reopen() {
    if (past_waits() == Kind::check_owner) {
      owner_found(false);
    }
    ASSERT_EQ(action_.kind, Kind::open_producer);
    ASSERT_EQ(done(), Kind::init_transactions);
    ASSERT_EQ(done(), Kind::begin);
    ASSERT_EQ(done(), Kind::produce_claim);
    ASSERT_EQ(done(), Kind::commit_claim);
    ASSERT_EQ(done(), Kind::load_state);
  }
  void get_ready() {
    ASSERT_EQ(action_.kind, Kind::prepare_topics);
    ASSERT_EQ(done(), Kind::open_producer);
    reopen();
    ASSERT_EQ(loaded(std::nullopt), Kind::await_item);
  }
  // To an open transaction that holds the items 1 to `last`.
  void fill(std::uint64_t last = 1) {
    get_ready();
    ASSERT_EQ(item(1), Kind::begin);
    ASSERT_EQ(done(), Kind::produce);
    ASSERT_EQ(done(), Kind::await_item);
    for (std::uint64_t sequence = 2; sequence <= last; ++sequence) {
      ASSERT_EQ(item(sequence), Kind::produce);
      ASSERT_EQ(done(), Kind::await_item);
    }
  }
};

}  // namespace penstock::publish
