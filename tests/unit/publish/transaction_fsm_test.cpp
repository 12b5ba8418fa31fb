#include "penstock/publish/transaction_fsm.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "transaction_fsm_fixture.hpp"

namespace penstock::publish {
namespace {

TEST_F(TransactionFsmTest, ClaimsTheSourceAndReadsTheStateBeforeItTakesAnItem) { get_ready(); }

TEST_F(TransactionFsmTest, BeginsLazilyAndCommitsAtTheTick) {
  get_ready();
  EXPECT_FALSE(action_.until);
  EXPECT_EQ(item(1), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{1});
  EXPECT_EQ(done(), Kind::await_item);
  ASSERT_TRUE(action_.until);
  EXPECT_EQ(*action_.until, start_time + Duration{250});
  EXPECT_EQ(tick(), Kind::commit);
  EXPECT_EQ(action_.up_to, ItemSequence{1});
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(action_.up_to, ItemSequence{1});
  EXPECT_EQ(done(), Kind::await_item);
  EXPECT_FALSE(action_.until);
}

TEST_F(TransactionFsmTest, ProducesLaterItemsIntoTheOpenTransaction) {
  fill(3);
  EXPECT_EQ(tick(), Kind::commit);
  EXPECT_EQ(action_.up_to, ItemSequence{3});
}

TEST_F(TransactionFsmTest, KeepsTheBeatOfItsTicks) {
  fill();
  tick();
  now_ = start_time + Duration{333};  // the commit took long
  done();
  done();
  item(2);
  done();
  done();
  EXPECT_EQ(*action_.until, start_time + Duration{500});
}

TEST_F(TransactionFsmTest, TakesAnotherIntervalFromTheNextTickOn) {
  fill();
  fsm_.set_beat(CommitBeat(Duration{1'000}));
  EXPECT_EQ(*action_.until, start_time + Duration{250});
  tick();
  now_ = start_time + Duration{300};
  done();
  done();
  item(2);
  done();
  done();
  EXPECT_EQ(*action_.until, start_time + Duration{1'000});
}

TEST_F(TransactionFsmTest, CommitsBeforeTheTickWhenTheTransactionIsFull) {
  get_ready();
  EXPECT_EQ(item(1, 1'000), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(done(), Kind::commit);
}

TEST_F(TransactionFsmTest, ProducesTheSameItemAgainAfterAnAbort) {
  fill();
  tick();
  EXPECT_EQ(done(Outcome::requires_abort), Kind::abort);
  EXPECT_EQ(done(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{1});
  EXPECT_EQ(action_.up_to, ItemSequence{1});
  EXPECT_EQ(done(), Kind::commit);  // it has waited long enough
  EXPECT_EQ(done(), Kind::advance);
}

TEST_F(TransactionFsmTest, AbortsWhatWasProducedInPart) {
  fill();
  EXPECT_EQ(item(2), Kind::produce);
  EXPECT_EQ(done(Outcome::retriable), Kind::abort);
  EXPECT_EQ(done(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{1});
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
  item(2, 1, 0);  // the bounds are still low
  done();
  ASSERT_EQ(done(), Kind::await_item);
  tick();
  ASSERT_EQ(done(Outcome::requires_abort), Kind::abort);
  EXPECT_EQ(done(), Kind::begin);
}

TEST_F(TransactionFsmTest, TriesAtOnceWhatItLearnedToDoDifferently) {
  fill();
  tick();
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(done(Outcome::requires_abort), Kind::abort);
    fsm_.learned();
    ASSERT_EQ(done(), Kind::begin);
    ASSERT_EQ(done(), Kind::produce);
    ASSERT_EQ(done(), Kind::commit);
  }
  ASSERT_EQ(done(Outcome::requires_abort), Kind::abort);
  EXPECT_EQ(done(), Kind::wait);
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
  EXPECT_EQ(action_.up_to, ItemSequence{1});
  EXPECT_EQ(done(), Kind::await_item);
}

TEST_F(TransactionFsmTest, ProducesAgainWhatALostCommitDidNotCommit) {
  fill(2);
  ++lost_;
  tick();
  done();
  reopen();
  EXPECT_EQ(loaded(1), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{1});
  EXPECT_EQ(action_.up_to, ItemSequence{2});
  EXPECT_EQ(done(), Kind::commit);
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
  item(1);
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
  EXPECT_EQ(owner_found(true), Kind::halt_taken_over);
}

TEST_F(TransactionFsmTest, GoesOnWhenItIsFencedAndNobodyElseIsThere) {
  fill();
  tick();
  EXPECT_EQ(done(Outcome::fenced), Kind::find_owner);
  EXPECT_EQ(owner_found(false), Kind::open_producer);
  reopen();
  EXPECT_EQ(loaded(std::nullopt), Kind::begin);
}

// A new producer would fence the other one, and what that one published isn't known here.
TEST_F(TransactionFsmTest, GivesWayToAnotherThatClaimedWhileItWasAway) {
  fill();
  ++lost_;
  tick();
  EXPECT_EQ(done(), Kind::check_owner);
  EXPECT_EQ(owner_found(true), Kind::halt_taken_over);
}

TEST_F(TransactionFsmTest, ChecksAgainForAnotherOwnerWhileItsNewProducerIsNotThere) {
  fill();
  ++lost_;
  tick();
  ASSERT_EQ(done(), Kind::check_owner);
  ASSERT_EQ(owner_found(false), Kind::open_producer);
  ASSERT_EQ(done(), Kind::init_transactions);
  done(Outcome::retriable);
  EXPECT_EQ(past_waits(), Kind::check_owner);
  EXPECT_EQ(owner_found(true), Kind::halt_taken_over);
}

TEST_F(TransactionFsmTest, ChecksAgainWhenTheStateCannotBeRead) {
  fill();
  ++lost_;
  tick();
  ASSERT_EQ(done(), Kind::check_owner);
  done(Outcome::retriable);
  EXPECT_EQ(past_waits(), Kind::check_owner);
}

TEST_F(TransactionFsmTest, StopsWhenAnotherClaimedBetweenTheCheckAndItsOwnClaim) {
  fill();
  ++lost_;
  tick();
  done();
  reopen();
  EXPECT_EQ(loaded(1, true), Kind::halt_lost_position);
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
  EXPECT_EQ(loaded(std::nullopt), Kind::await_item);
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

TEST_F(TransactionFsmTest, MakesANewProducerWhereThereIsNothingToAbort) {
  done();
  ASSERT_EQ(done(), Kind::init_transactions);
  EXPECT_EQ(done(Outcome::requires_abort), Kind::open_producer);
}

TEST_F(TransactionFsmTest, AbortsAClaimThatMayBeThereInPart) {
  done();
  done();
  ASSERT_EQ(done(), Kind::begin);
  EXPECT_EQ(done(Outcome::requires_abort), Kind::abort);
  EXPECT_EQ(done(), Kind::begin);
  ASSERT_EQ(done(), Kind::produce_claim);
  EXPECT_EQ(done(Outcome::retriable), Kind::abort);
  done();
  EXPECT_EQ(past_waits(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce_claim);
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

TEST(Outcome, HasAWordOfItsOwnInTheLog) {
  std::set<std::string_view> words;
  for (const Outcome outcome : {Outcome::ok, Outcome::fenced, Outcome::fatal,
                                Outcome::requires_abort, Outcome::retriable}) {
    words.insert(to_string(outcome));
  }
  EXPECT_EQ(words, (std::set<std::string_view>{"ok", "fenced", "fatal", "abort", "retry"}));
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

TEST_F(TransactionFsmTest, EndsAtOnceFromAWaitWithNothingPending) {
  ASSERT_EQ(done(Outcome::retriable), Kind::prepare_topics);
  ASSERT_EQ(done(Outcome::retriable), Kind::wait);
  EXPECT_FALSE(fsm_.pending());
  EXPECT_EQ(drained(), Kind::finish);
}

TEST_F(TransactionFsmTest, WaitsOnForKafkaWithSomethingPendingBeforeItEnds) {
  fill();
  tick();
  ASSERT_EQ(done(Outcome::retriable), Kind::commit);
  ASSERT_EQ(done(Outcome::retriable), Kind::wait);
  EXPECT_TRUE(fsm_.pending());
  const auto until = action_.until;
  EXPECT_EQ(drained(), Kind::wait);
  EXPECT_EQ(action_.until, until);
  EXPECT_EQ(past_waits(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(done(), Kind::finish);
}

}  // namespace
}  // namespace penstock::publish
