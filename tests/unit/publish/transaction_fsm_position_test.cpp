// What a stored position says, and none.
#include "unit/publish/transaction_fsm_fixture.hpp"

namespace penstock::publish {
namespace {

TEST_F(TransactionFsmTest, ProducesAgainWhereNoPositionWasEverStored) {
  fill();
  ++lost_;
  tick();
  done();
  reopen();
  EXPECT_EQ(loaded(std::nullopt), Kind::begin);
}

// The state topic was deleted, and another made it again.
TEST_F(TransactionFsmTest, StopsWhereNoPositionIsStoredAnyMore) {
  fill();
  tick();
  ASSERT_EQ(done(), Kind::advance);
  done();
  ASSERT_EQ(item(2), Kind::begin);
  done(Outcome::fatal);
  reopen();
  EXPECT_EQ(loaded(std::nullopt), Kind::halt_lost_position);
}

TEST_F(TransactionFsmTest, StopsWhereThePositionItBeganWithIsGone) {
  ASSERT_EQ(done(), Kind::open_producer);
  reopen();
  ASSERT_EQ(loaded(5), Kind::await_item);
  ASSERT_EQ(item(5), Kind::begin);
  done(Outcome::fatal);
  reopen();
  EXPECT_EQ(loaded(std::nullopt), Kind::halt_lost_position);
}

TEST_F(TransactionFsmTest, StopsOverAPositionThatIsNeitherBeforeNorAfter) {
  fill(3);
  ++lost_;
  tick();
  done();
  reopen();
  EXPECT_EQ(loaded(2), Kind::halt_lost_position);
}

}  // namespace
}  // namespace penstock::publish
