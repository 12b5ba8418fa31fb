#include "publish/kafka_session.hpp"

#include <gtest/gtest.h>

namespace penstock::publish {
namespace {

TEST(KafkaSession, AsksAgainForTopicsOnlyWhereNoAnswerCame) {
  EXPECT_EQ(call_of({}).outcome, Outcome::ok);
  EXPECT_EQ(call_of(make_error(Errc::kafka, "no answer")).outcome, Outcome::retriable);
  EXPECT_FALSE(call_of(make_error(Errc::kafka, "no answer")).refused);
  const Call answered = call_of(make_error(Errc::invalid_argument, "3 replicas, 1 broker"));
  EXPECT_EQ(answered.outcome, Outcome::fatal);
  EXPECT_EQ(answered.why, "3 replicas, 1 broker");
  EXPECT_FALSE(answered.refused) << "the login is fine";
  EXPECT_TRUE(call_of(make_error(Errc::invalid_configuration, "wrong password")).refused);
}

}  // namespace
}  // namespace penstock::publish
