#include "settings/kafka_properties.hpp"

#include <gtest/gtest.h>

namespace penstock::settings {
namespace {

TEST(KafkaProperties, KeepsWhatPenstockOwns) {
  for (const char* owned : {"transactional.id",
                            "enable.idempotence",
                            "acks",
                            "request.required.acks",
                            "bootstrap.servers",
                            "metadata.broker.list",
                            "isolation.level",
                            "enable.partition.eof",
                            "message.timeout.ms",
                            "delivery.timeout.ms",
                            "transaction.timeout.ms",
                            "max.in.flight",
                            "max.in.flight.requests.per.connection",
                            "message.max.bytes",
                            "dr_cb",
                            "dr_msg_cb",
                            "queue.buffering.max.messages",
                            "queue.buffering.max.ms",
                            "linger.ms",
                            "enable.gapless.guarantee",
                            "retries",
                            "message.send.max.retries",
                            "group.id",
                            "allow.auto.create.topics",
                            "test.mock.num.brokers"}) {
    EXPECT_NE(refused_property(owned), "") << owned;
  }
}

// librdkafka takes `topic.` off the names of what it has for each topic.
TEST(KafkaProperties, KnowsAPropertyOfTopicsByBothOfItsNames) {
  for (const char* owned :
       {"topic.acks", "topic.request.required.acks", "topic.message.timeout.ms",
        "topic.delivery.timeout.ms", "topic.queuing.strategy", "topic.opaque"}) {
    EXPECT_NE(refused_property(owned), "") << owned;
  }
  EXPECT_EQ(canonical_property("topic.partitioner"), "partitioner");
  EXPECT_EQ(canonical_property("topic.compression.type"), "compression.codec");
  for (const char* of_the_client : {"topic.metadata.refresh.interval.ms",
                                    "topic.metadata.propagation.max.ms", "topic.blacklist"}) {
    EXPECT_EQ(canonical_property(of_the_client), of_the_client);
    EXPECT_EQ(refused_property(of_the_client), "");
  }
  EXPECT_EQ(canonical_property("topic."), "topic.");  // nothing is called so: librdkafka says that
}

TEST(KafkaProperties, LeavesTheRestToTheUser) {
  for (const char* free : {"compression.codec", "partitioner", "security.protocol",
                           "sasl.mechanism", "sasl.password", "ssl.ca.location", "client.id",
                           "batch.size", "socket.keepalive.enable", "retry.backoff.ms", "debug"}) {
    EXPECT_EQ(refused_property(free), "") << free;
  }
}

}  // namespace
}  // namespace penstock::settings
