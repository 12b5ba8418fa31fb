#include "publish/record_arguments.hpp"

#include <gtest/gtest.h>

#include "penstock/publish/embedded_kafka.hpp"
#include "publish/client.hpp"
#include "support/no_log.hpp"

namespace penstock::publish {
namespace {

// librdkafka before 2.12 frees headers twice when a call fails to which they were given one by one;
// AddressSanitizer sees it. A list stays the caller's.
TEST(RecordArguments, LeaveTheHeadersToTheCallerWhenTheCallFails) {
  NoLog log;
  const auto kafka = EmbeddedKafka::start(log);
  ASSERT_TRUE(kafka);
  ASSERT_TRUE((*kafka)->create_topic("events", 1));
  ClientEvents events("test", log);
  const auto client = make_client(ClientKind::producer, {(*kafka)->brokers(), {}}, {}, events);
  ASSERT_TRUE(client);
  const TopicHandle topic(rd_kafka_topic_new(client->get(), "events", nullptr));
  const struct rd_kafka_metadata* metadata = nullptr;
  ASSERT_EQ(rd_kafka_metadata(client->get(), 0, topic.get(), &metadata, 30'000),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_metadata_destroy(metadata);

  const HeadersHandle headers(rd_kafka_headers_new(1));
  rd_kafka_header_add(headers.get(), "name", -1, "value", -1);
  RecordArguments arguments;
  arguments.topic(topic.get()).partition(99).value("{}").headers(headers.get());
  const ErrorHandle error(arguments.produce(client->get()));
  ASSERT_TRUE(error);
  EXPECT_EQ(rd_kafka_header_cnt(headers.get()), 1u);
}

}  // namespace
}  // namespace penstock::publish
