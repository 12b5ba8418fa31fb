#include "publish/kafka_session.hpp"

#include <gtest/gtest.h>

#include "support/no_log.hpp"
#include "unit/publish/model_topics.hpp"

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

TEST(KafkaSession, StopsWaitingForTopicsWhereNothingIsWantedAnyMore) {
  NoLog log;
  int looks = 0;
  KafkaSession session({.source = SourceName{"firehose"},
                        .connection = {.brokers = "127.0.0.1:1", .properties = {}},
                        .topics = model_topics("firehose"),
                        .plan = {},
                        .transactional_id = "t",
                        .stopped = [&] { return ++looks > 1; }},
                       log);
  const Call call = session.prepare_topics();
  EXPECT_EQ(call.outcome, Outcome::retriable);
  EXPECT_TRUE(call.stopped);
  EXPECT_EQ(looks, 3) << "one ends the wait, one tells why it ended";
}

}  // namespace
}  // namespace penstock::publish
