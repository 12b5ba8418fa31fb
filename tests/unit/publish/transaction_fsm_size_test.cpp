// How much goes into a transaction, and what follows when it is less than what is pending.
#include <gtest/gtest.h>

#include "penstock/publish/transaction_fsm.hpp"
#include "transaction_fsm_fixture.hpp"

namespace penstock::publish {
namespace {

// A transaction holds 1,000 bytes or 100 events.
class TransactionFsmSizeTest : public TransactionFsmTest {
 protected:
  // Takes an item while a transaction is open, or opens one with it.
  void add(std::uint64_t sequence, std::uint64_t bytes, std::size_t events = 1) {
    if (item(sequence, bytes, events) == Kind::begin) {
      ASSERT_EQ(done(), Kind::produce);
    }
    ASSERT_EQ(action_.kind, Kind::produce);
    done();
  }
  // To an open transaction of `count` items of 100 bytes.
  void fill_with_hundreds(std::uint64_t count) {
    get_ready();
    for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
      add(sequence, 100);
    }
    ASSERT_EQ(action_.kind, Kind::await_item);
  }
  // The transaction under way fails: from commit to the begin of the next.
  void fail() {
    ASSERT_EQ(action_.kind, Kind::commit);
    ASSERT_EQ(done(Outcome::requires_abort), Kind::abort);
    done();
    ASSERT_EQ(past_waits(), Kind::begin);
  }
  // From begin to commit; the last item of the transaction.
  std::uint64_t produced() {
    EXPECT_EQ(action_.kind, Kind::begin);
    EXPECT_EQ(done(), Kind::produce);
    EXPECT_EQ(done(), Kind::commit);
    return action_.up_to.value;
  }
  // From commit to what follows the advance.
  Kind committed() {
    EXPECT_EQ(done(), Kind::advance);
    return done();
  }
};

TEST_F(TransactionFsmSizeTest, ClosesATransactionWithWhatFits) {
  get_ready();
  add(1, 900);
  EXPECT_EQ(action_.kind, Kind::await_item);
  add(2, 200);
  EXPECT_EQ(action_.kind, Kind::commit);
  EXPECT_EQ(action_.up_to, ItemSequence{1});
  EXPECT_EQ(committed(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.up_to, ItemSequence{2});
  EXPECT_EQ(done(), Kind::await_item);
}

TEST_F(TransactionFsmSizeTest, ProducesNothingOfAnItemThatDoesNotFit) {
  get_ready();
  add(1, 900);
  ASSERT_EQ(item(2, 200), Kind::produce);
  EXPECT_GT(action_.from, action_.up_to);
}

TEST_F(TransactionFsmSizeTest, CountsEventsAsWellAsBytes) {
  get_ready();
  add(1, 10, 60);
  EXPECT_EQ(action_.kind, Kind::await_item);
  add(2, 10, 60);
  EXPECT_EQ(action_.kind, Kind::commit);
  EXPECT_EQ(action_.up_to, ItemSequence{1});
}

TEST_F(TransactionFsmSizeTest, TakesAnItemThatIsLargerThanATransactionAlone) {
  get_ready();
  add(1, 5'000);
  EXPECT_EQ(action_.kind, Kind::commit);
  EXPECT_EQ(action_.up_to, ItemSequence{1});
  EXPECT_EQ(committed(), Kind::await_item);
}

TEST_F(TransactionFsmSizeTest, HalvesTheBoundBelowWhatFailedAndCommitsInSeveralTransactions) {
  fill_with_hundreds(9);
  ASSERT_EQ(tick(), Kind::commit);
  fail();
  EXPECT_EQ(produced(), 5u);  // 500 bytes; 1,000 again after it
  ASSERT_EQ(committed(), Kind::begin);
  EXPECT_EQ(produced(), 9u);
  EXPECT_EQ(committed(), Kind::await_item);
  EXPECT_FALSE(fsm_.pending());
}

TEST_F(TransactionFsmSizeTest, HalvesOnUntilOneItemIsLeft) {
  fill_with_hundreds(9);
  ASSERT_EQ(tick(), Kind::commit);
  std::vector<std::uint64_t> sizes;
  for (int i = 0; i < 4; ++i) {
    fail();
    sizes.push_back(produced());
  }
  EXPECT_EQ(sizes, (std::vector<std::uint64_t>{5, 2, 1, 1}));
}

TEST_F(TransactionFsmSizeTest, DoublesTheBoundWithEveryCommit) {
  fill_with_hundreds(9);
  ASSERT_EQ(tick(), Kind::commit);
  fail();  // 500
  EXPECT_EQ(produced(), 5u);
  fail();  // 250
  EXPECT_EQ(produced(), 2u);
  fail();  // 125
  EXPECT_EQ(produced(), 1u);
  ASSERT_EQ(committed(), Kind::begin);
  EXPECT_EQ(produced(), 3u);
  ASSERT_EQ(committed(), Kind::begin);
  EXPECT_EQ(produced(), 8u);
  ASSERT_EQ(committed(), Kind::begin);
  EXPECT_EQ(produced(), 9u);
  ASSERT_EQ(committed(), Kind::await_item);
  // As large as ever: it waits for its tick.
  add(10, 900);
  EXPECT_EQ(action_.kind, Kind::await_item);
}

TEST_F(TransactionFsmSizeTest, HalvesTheBoundOfEventsToo) {
  get_ready();
  add(1, 100, 40);
  add(2, 100, 40);
  ASSERT_EQ(tick(), Kind::commit);
  fail();
  EXPECT_EQ(produced(), 1u);
}

TEST_F(TransactionFsmSizeTest, HalvesTheBoundWhenTheProducerWasLostWithinTheTransaction) {
  fill_with_hundreds(9);
  ASSERT_EQ(tick(), Kind::commit);
  done(Outcome::fatal);
  reopen();
  ASSERT_EQ(loaded(std::nullopt), Kind::begin);
  EXPECT_EQ(produced(), 5u);
}

TEST_F(TransactionFsmSizeTest, AdvancesByNoMoreThanTheTransactionInDoubtHeld) {
  fill_with_hundreds(9);
  ASSERT_EQ(tick(), Kind::commit);
  fail();
  ASSERT_EQ(produced(), 5u);
  ++lost_;
  done();
  reopen();
  EXPECT_EQ(loaded(6), Kind::advance);
  EXPECT_EQ(action_.up_to, ItemSequence{5});
  ASSERT_EQ(done(), Kind::begin);
  ASSERT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{6});
  EXPECT_EQ(action_.up_to, ItemSequence{9});
  EXPECT_EQ(done(), Kind::commit);
  EXPECT_EQ(committed(), Kind::await_item);
}

TEST_F(TransactionFsmSizeTest, ProducesTheSmallerTransactionAgainWhenItWasNotCommitted) {
  fill_with_hundreds(9);
  ASSERT_EQ(tick(), Kind::commit);
  fail();
  ASSERT_EQ(produced(), 5u);
  ++lost_;
  done();
  reopen();
  ASSERT_EQ(loaded(1), Kind::begin);
  ASSERT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{1});
}

TEST_F(TransactionFsmSizeTest, StopsOverAPositionBehindAllThatIsPendingWhenLessWasInDoubt) {
  fill_with_hundreds(9);
  ASSERT_EQ(tick(), Kind::commit);
  fail();
  ASSERT_EQ(produced(), 5u);
  ++lost_;
  done();
  reopen();
  EXPECT_EQ(loaded(10), Kind::halt_lost_position);
}

// It would be a small one that costs as much as the large one before it.
TEST_F(TransactionFsmTest, WaitsForMoreBesideWhatFoundNoRoom) {
  get_ready();
  item(1, 600);
  done();
  done();
  EXPECT_EQ(item(2, 600), Kind::produce);
  EXPECT_EQ(action_.up_to, ItemSequence{1}) << "nothing more has room";
  EXPECT_EQ(done(), Kind::commit);
  now_ += Duration{100};
  EXPECT_EQ(done(), Kind::advance);
  EXPECT_EQ(done(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(action_.from, ItemSequence{2});
  EXPECT_EQ(done(), Kind::await_item);
  EXPECT_EQ(*action_.until, start_time + Duration{250});
  EXPECT_EQ(item(3, 100), Kind::produce);
  EXPECT_EQ(done(), Kind::await_item);
  EXPECT_EQ(tick(), Kind::commit);
  EXPECT_EQ(action_.up_to, ItemSequence{3});
}

TEST_F(TransactionFsmTest, KeepsTheBeatWhereSomethingFoundNoRoom) {
  get_ready();
  item(1, 600);
  done();
  done();
  item(2, 600);
  done();
  now_ += Duration{260};  // the commit took until after the tick
  done();
  EXPECT_EQ(done(), Kind::begin);
  EXPECT_EQ(done(), Kind::produce);
  EXPECT_EQ(done(), Kind::await_item);
  EXPECT_EQ(*action_.until, start_time + Duration{500});
}

}  // namespace
}  // namespace penstock::publish
