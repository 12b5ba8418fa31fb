#include "penstock/publish/kafka_check.hpp"

#include <gtest/gtest.h>

#include "mock_cluster.hpp"

namespace penstock::publish {
namespace {

TEST(KafkaCheck, TellsATopicThatIsMissingFromOneThatIsHidden) {
  MockCluster kafka;
  kafka.create_topic("seen", 3);
  kafka.create_topic("hidden", 3);
  kafka.set_topic_error("hidden", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  // The mock would make it.
  kafka.set_topic_error("missing", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  NoLog log;
  // Short, as the mock answers no DescribeConfigs.
  const auto facts = inspect_kafka({.brokers = kafka.brokers(), .properties = {}},
                                   {"seen", "hidden", "missing"}, Duration{2'000}, log);
  ASSERT_TRUE(facts) << facts.error().what;
  EXPECT_EQ(facts->brokers, 1);
  ASSERT_EQ(facts->topics.size(), 1u);
  EXPECT_EQ(facts->topics.at("seen").partitions, 3);
  EXPECT_EQ(facts->topics.at("seen").replicas, 1);
  EXPECT_EQ(facts->hidden, std::set<std::string>{"hidden"});
}

TEST(KafkaCheck, SaysWhatIsWrongWithATopicThatCannotBeLookedAt) {
  MockCluster kafka;
  kafka.create_topic("odd", 1);
  kafka.set_topic_error("odd", RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION);
  NoLog log;
  const auto facts =
      inspect_kafka({.brokers = kafka.brokers(), .properties = {}}, {"odd"}, Duration{30'000}, log);
  ASSERT_FALSE(facts);
  EXPECT_NE(facts.error().what.find("`odd`"), std::string::npos) << facts.error().what;
}

TEST(KafkaCheck, SaysThatNobodyAnswers) {
  NoLog log;
  const auto facts =
      inspect_kafka({.brokers = "127.0.0.1:9", .properties = {}}, {"topic"}, Duration{200}, log);
  ASSERT_FALSE(facts);
  EXPECT_NE(facts.error().what.find("no answer from 127.0.0.1:9"), std::string::npos);
}

}  // namespace
}  // namespace penstock::publish
