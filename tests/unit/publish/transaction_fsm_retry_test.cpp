// Calls that are made again.
#include <gtest/gtest.h>

#include "penstock/publish/transaction_fsm.hpp"
#include "transaction_fsm_fixture.hpp"

namespace penstock::publish {
namespace {

TEST_F(TransactionFsmTest, RepeatsARetriableCall) {
  fill();
  tick();
  EXPECT_EQ(done(Outcome::retriable), Kind::commit);  // at once, the first time
  EXPECT_EQ(done(Outcome::retriable), Kind::wait);
  EXPECT_EQ(past_waits(), Kind::commit);
  EXPECT_EQ(done(), Kind::advance);
}

// Kafka may be back any time, and the commit has waited by itself.
TEST_F(TransactionFsmTest, CommitsAgainWithinASecondHoweverOftenItHasTo) {
  fill();
  tick();
  for (int i = 0; i < 20; ++i) {
    done(Outcome::retriable);
    if (action_.kind == Kind::wait) {
      EXPECT_LE(*action_.until - now_, Duration{1'000});
    }
    ASSERT_EQ(past_waits(), Kind::commit);
  }
  EXPECT_EQ(done(), Kind::advance);
}

}  // namespace
}  // namespace penstock::publish
