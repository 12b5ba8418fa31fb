#include "penstock/publish/transaction_fsm.hpp"

#include <gtest/gtest.h>

namespace penstock::publish {
namespace {

using Kind = Action::Kind;

constexpr MonotonicTime start_time{std::chrono::seconds(100)};
constexpr std::size_t some_events = 10;

// Drives the machine as the publisher does, step by step.
class TransactionFsmTest : public ::testing::Test {
 protected:
  TransactionFsm fsm_{
      {.commit_interval = Duration{250}, .max_bytes = Bytes{1'000}, .max_events = 100},
      BlockSequence{1}};
  MonotonicTime now_ = start_time;
  std::uint64_t lost_ = 0;
  Action action_ = fsm_.start();

  Kind done(Outcome outcome = Outcome::ok) {
    action_ = fsm_.done(outcome, lost_, now_);
    return action_.kind;
  }
  Kind batch(std::uint64_t sequence, std::uint64_t bytes = 10) {
    action_ = fsm_.batch(BlockSequence{sequence}, Bytes{bytes}, some_events, now_);
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
  Kind loaded(std::optional<std::uint64_t> position, bool claim_is_latest = true) {
    action_ = fsm_.loaded(position ? std::optional(BlockSequence{*position}) : std::nullopt,
                          claim_is_latest, now_);
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
  // From open_producer to load_state.
  void reopen() {
    ASSERT_EQ(past_waits(), Kind::open_producer);
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
    ASSERT_EQ(loaded(std::nullopt), Kind::await_batch);
  }
  // To an open transaction that holds the blocks 1 to `last`.
  void fill(std::uint64_t last = 1) {
    get_ready();
    ASSERT_EQ(batch(1), Kind::begin);
    ASSERT_EQ(done(), Kind::produce);
    ASSERT_EQ(done(), Kind::await_batch);
    for (std::uint64_t sequence = 2; sequence <= last; ++sequence) {
      ASSERT_EQ(batch(sequence), Kind::produce);
      ASSERT_EQ(done(), Kind::await_batch);
    }
  }
};

TEST_F(TransactionFsmTest, ClaimsTheSourceAndReadsTheStateBeforeItTakesABatch) { get_ready(); }

TEST_F(TransactionFsmTest, BeginsLazilyAndCommitsAtTheTick) {
  get_ready();
  EXPECT_FALSE(action_.until);
  EXPECT_EQ(batch(1), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, BlockSequence{1});
  EXPECT_EQ(done(), Kind::await_batch);
  ASSERT_TRUE(action_.until);
  EXPECT_EQ(*action_.until, start_time + Duration{250});
  EXPECT_EQ(tick(), Kind::commit);
  EXPECT_EQ(action_.up_to, BlockSequence{1});
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(action_.up_to, BlockSequence{1});
  EXPECT_EQ(done(), Kind::await_batch);
  EXPECT_FALSE(action_.until);
}

TEST_F(TransactionFsmTest, ProducesLaterBatchesIntoTheOpenTransaction) {
  fill(3);
  EXPECT_EQ(tick(), Kind::commit);
  EXPECT_EQ(action_.up_to, BlockSequence{3});
}

TEST_F(TransactionFsmTest, KeepsTheBeatOfItsTicks) {
  fill();
  tick();
  now_ = start_time + Duration{333};  // the commit took long
  done();
  done();
  batch(2);
  done();
  done();
  EXPECT_EQ(*action_.until, start_time + Duration{500});
}

TEST_F(TransactionFsmTest, CommitsBeforeTheTickWhenTheTransactionIsFull) {
  get_ready();
  EXPECT_EQ(batch(1, 1'000), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(done(), Kind::commit);
}

TEST_F(TransactionFsmTest, RepeatsARetriableCall) {
  fill();
  tick();
  EXPECT_EQ(done(Outcome::retriable), Kind::commit);  // at once, the first time
  EXPECT_EQ(done(Outcome::retriable), Kind::wait);
  EXPECT_EQ(past_waits(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
}

TEST_F(TransactionFsmTest, ProducesTheSameBatchesAgainAfterAnAbort) {
  fill(2);
  tick();
  EXPECT_EQ(done(Outcome::requires_abort), Kind::abort);
  EXPECT_EQ(done(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, BlockSequence{1});
  EXPECT_EQ(action_.up_to, BlockSequence{2});
  EXPECT_EQ(done(), Kind::commit);  // they have waited long enough
  EXPECT_EQ(done(), Kind::advance);
}

TEST_F(TransactionFsmTest, AbortsWhatWasProducedInPart) {
  fill();
  EXPECT_EQ(batch(2), Kind::produce);
  EXPECT_EQ(done(Outcome::retriable), Kind::abort);
  EXPECT_EQ(done(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, BlockSequence{1});
}

TEST_F(TransactionFsmTest, WaitsLongerFromAbortToAbortUntilACommitSucceeds) {
  fill();
  tick();
  std::vector<Duration> waits;
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(done(Outcome::requires_abort), Kind::abort);
    done();
    waits.push_back(action_.kind == Kind::wait
                        ? std::chrono::duration_cast<Duration>(*action_.until - now_)
                        : Duration{0});
    ASSERT_EQ(past_waits(), Kind::begin);
    ASSERT_EQ(done(), Kind::produce);
    ASSERT_EQ(done(), Kind::commit);
  }
  EXPECT_EQ(waits, (std::vector{Duration{0}, Duration{250}, Duration{500}, Duration{750}}));
  ASSERT_EQ(done(), Kind::advance);
  done();
  batch(2);
  done();
  done();
  tick();
  ASSERT_EQ(done(Outcome::requires_abort), Kind::abort);
  EXPECT_EQ(done(), Kind::begin);
}

TEST_F(TransactionFsmTest, HoldsForAsLongAsItIsTold) {
  fill();
  tick();
  EXPECT_EQ(done(Outcome::requires_abort), Kind::abort);
  fsm_.hold(Duration{60'000});
  EXPECT_EQ(done(), Kind::wait);
  EXPECT_EQ(*action_.until, now_ + Duration{60'000});
  EXPECT_EQ(past_waits(), Kind::begin);
}

// The guard.

TEST_F(TransactionFsmTest, DoesNotTrustACommitDuringWhichAConnectionWasLost) {
  fill();
  ++lost_;
  tick();
  done();
  EXPECT_EQ(fsm_.reinitialisations(), 1u);
  reopen();
  EXPECT_EQ(loaded(2), Kind::advance);  // it was committed
  EXPECT_EQ(action_.up_to, BlockSequence{1});
  EXPECT_EQ(done(), Kind::await_batch);
}

TEST_F(TransactionFsmTest, ProducesAgainWhatALostCommitDidNotCommit) {
  fill(2);
  ++lost_;
  tick();
  done();
  reopen();
  EXPECT_EQ(loaded(1), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, BlockSequence{1});
  EXPECT_EQ(action_.up_to, BlockSequence{2});
  EXPECT_EQ(done(), Kind::commit);
}

TEST_F(TransactionFsmTest, ProducesAgainWhereNoPositionWasEverStored) {
  fill();
  ++lost_;
  tick();
  done();
  reopen();
  EXPECT_EQ(loaded(std::nullopt), Kind::begin);
}

TEST_F(TransactionFsmTest, StopsOverAPositionThatIsNeitherBeforeNorAfter) {
  fill(3);
  ++lost_;
  tick();
  done();
  reopen();
  EXPECT_EQ(loaded(2), Kind::halt_lost_position);
}

TEST_F(TransactionFsmTest, GuardsAbortsToo) {
  fill();
  tick();
  EXPECT_EQ(done(Outcome::requires_abort), Kind::abort);
  ++lost_;
  done();
  reopen();
  EXPECT_EQ(loaded(std::nullopt), Kind::begin);
}

TEST_F(TransactionFsmTest, GuardsTheClaim) {
  ASSERT_EQ(done(), Kind::open_producer);
  done();
  done();
  done();
  ASSERT_EQ(action_.kind, Kind::produce_claim);
  done();
  ++lost_;
  done();  // commit_claim
  reopen();
}

TEST_F(TransactionFsmTest, CountsOnlyConnectionsLostSinceTheTransactionBegan) {
  get_ready();
  ++lost_;
  batch(1);
  done();
  done();
  tick();
  EXPECT_EQ(done(), Kind::advance);
}

// Fencing.

TEST_F(TransactionFsmTest, LooksForAnotherOwnerWhenItIsFenced) {
  fill();
  tick();
  EXPECT_EQ(done(Outcome::fenced), Kind::find_owner);
  action_ = fsm_.owner_found(true, now_);
  EXPECT_EQ(action_.kind, Kind::halt_taken_over);
}

TEST_F(TransactionFsmTest, GoesOnWhenItIsFencedAndNobodyElseIsThere) {
  fill();
  tick();
  EXPECT_EQ(done(Outcome::fenced), Kind::find_owner);
  action_ = fsm_.owner_found(false, now_);
  reopen();
  EXPECT_EQ(loaded(std::nullopt), Kind::begin);
}

TEST_F(TransactionFsmTest, GivesWayWhenAnotherClaimedAfterItsOwnClaim) {
  ASSERT_EQ(done(), Kind::open_producer);
  reopen();
  EXPECT_EQ(loaded(std::nullopt, false), Kind::find_owner);
}

TEST_F(TransactionFsmTest, BlamesNoPredecessorWhenItIsFencedBeforeItReadTheState) {
  ASSERT_EQ(done(), Kind::open_producer);
  done();
  done();
  done();
  ASSERT_EQ(action_.kind, Kind::produce_claim);
  done();
  done(Outcome::fenced);  // commit_claim
  reopen();
  EXPECT_EQ(loaded(std::nullopt), Kind::await_batch);
}

TEST_F(TransactionFsmTest, MakesANewProducerAfterAFatalError) {
  fill();
  tick();
  done(Outcome::fatal);
  reopen();
  EXPECT_EQ(loaded(2), Kind::advance);
}

TEST_F(TransactionFsmTest, MakesANewProducerWhenAnAbortFails) {
  fill();
  tick();
  EXPECT_EQ(done(Outcome::requires_abort), Kind::abort);
  done(Outcome::requires_abort);
  reopen();
}

TEST_F(TransactionFsmTest, TriesTheFirstStepsUntilKafkaIsThere) {
  EXPECT_EQ(done(Outcome::retriable), Kind::prepare_topics);
  EXPECT_EQ(done(Outcome::retriable), Kind::wait);
  EXPECT_EQ(past_waits(), Kind::prepare_topics);
  EXPECT_EQ(done(), Kind::open_producer);
  EXPECT_EQ(done(), Kind::init_transactions);
  done(Outcome::retriable);
  EXPECT_EQ(past_waits(), Kind::init_transactions);
}

TEST_F(TransactionFsmTest, ReadsTheStateAgainWhenReadingFails) {
  ASSERT_EQ(done(), Kind::open_producer);
  reopen();
  done(Outcome::retriable);
  EXPECT_EQ(past_waits(), Kind::load_state);
}

// The end.

TEST_F(TransactionFsmTest, CommitsWhatIsThereBeforeItEnds) {
  fill();
  EXPECT_EQ(drained(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(done(), Kind::finish);
}

TEST_F(TransactionFsmTest, EndsAtOnceWithNothingInHand) {
  get_ready();
  EXPECT_EQ(drained(), Kind::finish);
}

TEST_F(TransactionFsmTest, CommitsWhatIsThereThroughAReinitialisation) {
  fill();
  ++lost_;
  EXPECT_EQ(drained(), Kind::commit);
  done();
  reopen();
  EXPECT_EQ(loaded(1), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(done(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(done(), Kind::finish);
}

}  // namespace
}  // namespace penstock::publish
