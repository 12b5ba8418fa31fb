// What waits for the tick, and what is sent ahead of it.
#include <gtest/gtest.h>

#include "penstock/publish/transaction_fsm.hpp"
#include "transaction_fsm_fixture.hpp"

namespace penstock::publish {
namespace {

class TransactionFsmHoldingTest : public TransactionFsmTest {
 protected:
  TransactionFsmHoldingTest() : TransactionFsmTest(Bytes{100}) {}
};

// Each partition that joins a transaction costs librdkafka a timer: those of one tick share it.
TEST_F(TransactionFsmHoldingTest, HandsLittleOverWithTheTick) {
  get_ready();
  EXPECT_EQ(item(1, 30), Kind::await_item);
  ASSERT_TRUE(action_.until);
  EXPECT_EQ(*action_.until, start_time + Duration{250});
  now_ += Duration{100};
  EXPECT_EQ(item(2, 30), Kind::await_item);
  EXPECT_EQ(*action_.until, start_time + Duration{250}) << "the first item's tick";
  EXPECT_EQ(tick(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{1});
  EXPECT_EQ(action_.up_to, ItemSequence{2});
  EXPECT_EQ(done(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(done(), Kind::await_item);
  EXPECT_FALSE(action_.until);
}

TEST_F(TransactionFsmHoldingTest, HandsOverBeforeTheTickWhatIsEnough) {
  get_ready();
  EXPECT_EQ(item(1, 60), Kind::await_item);
  EXPECT_EQ(item(2, 40), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.up_to, ItemSequence{2});
  EXPECT_EQ(done(), Kind::await_item);
  EXPECT_EQ(item(3, 99), Kind::await_item) << "counted anew";
  EXPECT_EQ(item(4, 1), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{3});
  EXPECT_EQ(done(), Kind::await_item);
  EXPECT_EQ(item(5, 1), Kind::await_item);
  EXPECT_EQ(tick(), Kind::produce) << "what was held back joins the open transaction";
  EXPECT_EQ(action_.from, ItemSequence{5});
  EXPECT_EQ(done(), Kind::commit);
  EXPECT_EQ(action_.up_to, ItemSequence{5});
}

TEST_F(TransactionFsmHoldingTest, CommitsWhatItHoldsBackBeforeItEnds) {
  get_ready();
  item(1, 30);
  EXPECT_EQ(drained(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(done(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(done(), Kind::finish);
}

TEST_F(TransactionFsmHoldingTest, CommitsAtTheEndWhatIsHeldBackBesideAnOpenTransaction) {
  get_ready();
  item(1, 100);
  done();
  done();
  EXPECT_EQ(item(2, 30), Kind::await_item);
  EXPECT_EQ(drained(), Kind::produce);
  EXPECT_EQ(done(), Kind::commit);
  EXPECT_EQ(action_.up_to, ItemSequence{2});
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(done(), Kind::finish);
}

TEST_F(TransactionFsmHoldingTest, HoldsNothingBackOfATransactionThatFailed) {
  get_ready();
  item(1, 100);
  done();
  done();
  item(2, 30);
  EXPECT_EQ(tick(), Kind::produce);
  EXPECT_EQ(done(Outcome::requires_abort), Kind::abort);
  EXPECT_EQ(done(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{1});
  EXPECT_EQ(action_.up_to, ItemSequence{1}) << "half as large as before";
  EXPECT_EQ(done(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(done(), Kind::begin) << "at once";
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{2});
  EXPECT_EQ(done(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(done(), Kind::await_item);
  EXPECT_EQ(item(3, 99), Kind::await_item) << "held back again";
}

TEST_F(TransactionFsmHoldingTest, CommitsInPartsWhatDoesNotFitIntoOneTransaction) {
  get_ready();
  item(1, 100, 60);
  done();
  done();
  item(2, 30, 60);
  EXPECT_EQ(tick(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{2});
  EXPECT_EQ(action_.up_to, ItemSequence{1}) << "nothing more has room";
  EXPECT_EQ(done(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(action_.up_to, ItemSequence{1});
  EXPECT_EQ(done(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.up_to, ItemSequence{2});
  EXPECT_EQ(done(), Kind::await_item);
  EXPECT_EQ(drained(), Kind::commit);
}

TEST_F(TransactionFsmHoldingTest, CommitsAtOnceBehindTheLastItemBeforeTheTick) {
  get_ready();
  const MonotonicTime first_tick = start_time + Duration{250};
  item(1, 30);
  now_ += Duration{245};
  EXPECT_EQ(last_item(2, first_tick), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.up_to, ItemSequence{2});
  EXPECT_EQ(done(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(done(), Kind::await_item);

  now_ += Duration{3};
  EXPECT_EQ(item(3, 30), Kind::await_item);
  EXPECT_EQ(*action_.until, first_tick + Duration{250}) << "that tick had its commit";
  EXPECT_EQ(item(4, 100), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(done(), Kind::await_item);
  now_ = first_tick + Duration{244};
  EXPECT_EQ(last_item(5, first_tick + Duration{250}), Kind::produce) << "into the open transaction";
  EXPECT_EQ(done(), Kind::commit);
}

// Where the processors are busy it comes too late, and others have come that wait for the next
// tick.
TEST_F(TransactionFsmHoldingTest, HasNoHasteForTheLastItemBeforeATickThatIsOver) {
  get_ready();
  item(1, 30);
  EXPECT_EQ(tick(), Kind::begin);
  now_ += Duration{260};
  done();
  done();
  done();
  done();
  EXPECT_EQ(last_item(2, start_time + Duration{250}), Kind::await_item);
  EXPECT_EQ(*action_.until, start_time + Duration{500});
}

// So that less is left to be sent when the commit is waited for.
TEST_F(TransactionFsmTest, SendsAheadInTheSecondHalfOfTheIntervalAndOfWhatIsLeft) {
  fill();
  now_ = start_time + Duration{124};
  item(2);
  EXPECT_EQ(done(), Kind::await_item);
  now_ = start_time + Duration{125};
  item(3);
  EXPECT_EQ(done(), Kind::send_ahead);
  EXPECT_EQ(done(), Kind::await_item);
  now_ = start_time + Duration{187};
  item(4);
  EXPECT_EQ(done(), Kind::await_item);
  now_ = start_time + Duration{188};
  item(5);
  EXPECT_EQ(done(), Kind::send_ahead);
  EXPECT_EQ(done(), Kind::await_item);
  now_ = start_time + Duration{250};
  item(6);
  EXPECT_EQ(done(), Kind::await_item) << "the tick has come";
  EXPECT_EQ(tick(), Kind::commit);
  done();
  done();
  now_ = start_time + Duration{400};
  EXPECT_EQ(item(7), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(done(), Kind::send_ahead) << "of another transaction";
}

TEST_F(TransactionFsmTest, SendsNothingAheadOfALargeTransaction) {
  get_ready();
  now_ = start_time + Duration{0};
  item(1, 250);
  done();
  done();
  now_ = start_time + Duration{200};
  EXPECT_EQ(item(2, 10), Kind::produce);
  EXPECT_EQ(done(), Kind::await_item);
}

}  // namespace
}  // namespace penstock::publish
