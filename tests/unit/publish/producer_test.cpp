// The producer against librdkafka's mock cluster: the paths of errors.
#include "publish/producer.hpp"

#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"
#include "penstock/publish/embedded_kafka.hpp"
#include "support/no_log.hpp"

namespace penstock::publish {
namespace {

class ProducerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto kafka = EmbeddedKafka::start(log_);
    ASSERT_TRUE(kafka);
    kafka_ = std::move(*kafka);
    for (const char* topic : {"events", "dead", "state"}) {
      ASSERT_TRUE(kafka_->create_topic(topic, 2));
    }
    auto producer = Producer::open({.connection = {.brokers = kafka_->brokers(), .properties = {}},
                                    .transactional_id = "test",
                                    .topics = {"events", "dead", "status", "state"},
                                    .max_event = 16_KiB},
                                   log_);
    ASSERT_TRUE(producer) << producer.error().what;
    producer_ = std::move(*producer);
    ASSERT_EQ(producer_->init_transactions(Duration{30'000}).outcome, Outcome::ok);
    ASSERT_EQ(producer_->fetch_metadata(Duration{30'000}).outcome, Outcome::ok);
  }

  NoLog log_;
  std::unique_ptr<EmbeddedKafka> kafka_;
  std::unique_ptr<Producer> producer_;
};

TEST_F(ProducerTest, CommitsATransactionOfEventsDeadLettersAndState) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  Record record;
  record.key = "192.0.2.1";
  record.value = "{}";
  record.timestamp_ms = 1'700'000'000'000;
  record.headers = {{"penstock.type", "ssh"}};
  EXPECT_EQ(producer_->event(record, {BlockSequence{1}, 0}), Producer::Produced::queued);
  EXPECT_EQ(producer_->dead_letter(record), Producer::Produced::queued);
  EXPECT_EQ(producer_->state(1, {"firehose/owner/a", "v=1\n"}), Producer::Produced::queued);
  EXPECT_EQ(producer_->state(1, {"firehose/owner/b", std::nullopt}), Producer::Produced::queued);
  EXPECT_EQ(producer_->commit().outcome, Outcome::ok);
  EXPECT_TRUE(producer_->take_refused().empty());
}

TEST_F(ProducerTest, AsksForAnAbortWhenARecordCannotBeQueued) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  EXPECT_EQ(producer_->state(99, {"firehose/owner/a", "v=1\n"}), Producer::Produced::failed);
  EXPECT_EQ(producer_->failure_outcome(), Outcome::requires_abort);
  EXPECT_FALSE(producer_->last_failure().empty());
}

TEST_F(ProducerTest, RefusesAnEventThatIsLargerThanARecordMayBe) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  const std::string large(2 * limits::segment_slack.count, 'x');
  Record record;
  record.value = large;
  record.headers = {{"penstock.type", "ssh"}};
  EXPECT_EQ(producer_->event(record, {BlockSequence{1}, 0}), Producer::Produced::refused);
  record.value = "{}";
  EXPECT_EQ(producer_->event(record, {BlockSequence{1}, 1}), Producer::Produced::queued);
  EXPECT_EQ(producer_->commit().outcome, Outcome::ok);
}

TEST_F(ProducerTest, SaysWhatAnOpenPropertyErrorIsAboutWithoutItsValue) {
  const auto producer = Producer::open(
      {.connection = {.brokers = kafka_->brokers(),
                      .properties = {{"sasl.mechanism", "hush"}, {"no.such", "hush"}}},
       .transactional_id = "test",
       .topics = {"events", "dead", "status", "state"},
       .max_event = 16_KiB},
      log_);
  ASSERT_FALSE(producer);
  EXPECT_NE(producer.error().what.find("no.such"), std::string::npos);
  EXPECT_EQ(producer.error().what.find("hush"), std::string::npos);
}

}  // namespace
}  // namespace penstock::publish
