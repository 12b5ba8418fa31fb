// Against librdkafka's mock cluster: what is asked of Kafka, and what is made of its refusals.
#include "penstock/publish/command_producer.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "mock_cluster.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/log.hpp"
#include "penstock/publish/topic_reader.hpp"

namespace penstock::publish {
namespace {

class CommandProducerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* topic : {"events", "other", "dead"}) {
      kafka_.create_topic(topic, 2);
    }
    open(false);
  }

  void open(bool own_id) {
    auto producer = CommandProducer::open({.connection = connection(),
                                           .topics = {.dead_letters = "dead"},
                                           .transactional_id = "retry",
                                           .own_id = own_id,
                                           .max_event = 16_KiB,
                                           .command = "a command",
                                           .after_failure = "try again",
                                           .in_doubt = "look"},
                                          log_);
    ASSERT_TRUE(producer) << producer.error().what;
    producer_ = std::move(*producer);
  }

  KafkaConnection connection() const {
    return {.brokers = kafka_.brokers(),
            .properties = {{"topic.metadata.propagation.max.ms", "0"}}};
  }

  void add(const std::string& topic, std::string line) {
    const std::string& kept = lines_.emplace_back(std::move(line));
    StoredLetter& letter = letters_.emplace_back();
    letter.source = "firehose";
    letter.parts = {{.number = 1,
                     .place = {1, static_cast<std::int64_t>(letters_.size())},
                     .size = kept.size()}};
    Batch& batch = batches_.emplace_back();
    Event& event = batch.events.emplace_back();
    event.line = kept;
    event.ip = "192.0.2.1";
    event.has_ip = true;
    retries_.push_back({.batch = &batch, .router = &router_, .topic = topic, .letter = &letter});
  }

  // What is told of each letter, by its index.
  std::map<std::size_t, std::string> publish() {
    std::map<std::size_t, std::string> told;
    const auto done =
        producer_->publish(retries_, WallTime(std::chrono::milliseconds(1'700'000'000'000)),
                           [&](std::size_t index, const std::string& refused) {
                             EXPECT_TRUE(told.emplace(index, refused).second);
                           });
    EXPECT_TRUE(done) << done.error().what;
    return told;
  }

  std::vector<ReadRecord> read(const std::string& topic) {
    auto reader = TopicReader::open(connection(), {topic}, log_, ReadTo::written);
    EXPECT_TRUE(reader) << reader.error().what;
    std::vector<ReadRecord> records;
    while (!(*reader)->at_end()) {
      if (auto record = (*reader)->next(Duration{100}); record && *record) {
        records.push_back(std::move(**record));
      }
    }
    return records;
  }

  NoLog log_;
  MockCluster kafka_;
  Router router_{RouterOptions{}};
  std::deque<std::string> lines_;
  std::deque<StoredLetter> letters_;
  std::deque<Batch> batches_;
  std::vector<Outgoing> retries_;
  std::unique_ptr<CommandProducer> producer_;
};

TEST_F(CommandProducerTest, WritesTheEventAndTheMarkOfItsLetter) {
  add("events", "{\"a\":1}");
  add("other", "{\"b\":2}");
  EXPECT_EQ(publish(), (std::map<std::size_t, std::string>{{0, ""}, {1, ""}}));

  const auto events = read("events");
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].value, "{\"a\":1}");
  EXPECT_EQ(events[0].key, "192.0.2.1");
  EXPECT_TRUE(events[0].headers.empty());
  EXPECT_EQ(read("other").size(), 1);

  DeadLetterIndex index;
  for (const ReadRecord& mark : read("dead")) {
    EXPECT_EQ(mark.partition, 1);  // that of the letters
    EXPECT_TRUE(mark.value.empty());
    EXPECT_TRUE(index.add({mark.partition, mark.offset}, mark.headers, 0));
  }
  EXPECT_EQ(read("dead").size(), 2);
}

TEST_F(CommandProducerTest, PublishesTheOthersWhereOneIsTooLarge) {
  add("events", "{\"a\":1}");
  add("events", std::string(2 * limits::segment_slack.count, 'x'));
  add("events", "{\"b\":2}");
  const auto told = publish();
  ASSERT_EQ(told.size(), 3);
  EXPECT_EQ(told.at(0), "");
  EXPECT_NE(told.at(1), "");
  EXPECT_EQ(told.at(2), "");
}

// A refusal is about a whole Kafka batch; alone, each is taken.
TEST_F(CommandProducerTest, TriesEachAloneWhenABatchIsRefused) {
  kafka_.fail_next_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  add("events", "{\"a\":1}");
  add("events", "{\"b\":2}");
  EXPECT_EQ(publish(), (std::map<std::size_t, std::string>{{0, ""}, {1, ""}}));
}

TEST_F(CommandProducerTest, SaysWhyASingleOneIsRefused) {
  kafka_.fail_next_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  add("events", "{\"a\":1}");
  const auto told = publish();
  ASSERT_EQ(told.size(), 1);
  EXPECT_NE(told.at(0), "");
}

// Another run may have claimed the id since, published what this one has still to, and ended.
TEST_F(CommandProducerTest, PublishesNoMoreAfterALostConnectionWhereOthersHaveItsId) {
  add("events", "{\"a\":1}");
  kafka_.lose_next_end();
  EXPECT_EQ(publish(), (std::map<std::size_t, std::string>{{0, ""}}));

  const auto done = producer_->publish(retries_, WallTime{}, [](std::size_t, const std::string&) {
    FAIL() << "nothing is published";
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().what, "Kafka: a connection was lost; try again");
  EXPECT_EQ(read("events").size(), 1);
}

TEST_F(CommandProducerTest, GoesOnAfterALostConnectionWithAnIdOfItsOwn) {
  open(true);
  add("events", "{\"a\":1}");
  kafka_.lose_next_end();
  EXPECT_EQ(publish(), (std::map<std::size_t, std::string>{{0, ""}}));
  EXPECT_EQ(publish(), (std::map<std::size_t, std::string>{{0, ""}}));
  EXPECT_EQ(read("events").size(), 2);
}

TEST_F(CommandProducerTest, FailsWhereTheTopicIsMissing) {
  kafka_.create_topic("missing", 1);
  kafka_.set_topic_error("missing", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  add("missing", "{}");
  const auto done = producer_->publish(retries_, WallTime{}, [](std::size_t, const std::string&) {
    FAIL() << "nothing is published";
  });
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().what.find("missing"), std::string::npos) << done.error().what;
}

}  // namespace
}  // namespace penstock::publish
