// The producer against librdkafka's mock cluster: the paths of errors.
#include "publish/producer.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "mock_cluster.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/system_clock.hpp"

namespace penstock::publish {
namespace {

class ProducerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* topic : {"events", "dead", "state", "jobs", "gaps"}) {
      kafka_.create_topic(topic, 2);
    }
    auto producer = Producer::open(options(), log_);
    ASSERT_TRUE(producer) << producer.error().what;
    producer_ = std::move(*producer);
    ASSERT_EQ(producer_->init_transactions(Duration{30'000}).outcome, Outcome::ok);
    ASSERT_EQ(producer_->fetch_metadata(Duration{30'000}).outcome, Outcome::ok);
  }

  ProducerOptions options() const {
    return {.connection = {.brokers = kafka_.brokers(),
                           // A topic that isn't there is none to wait for.
                           .properties = {{"topic.metadata.propagation.max.ms", "0"},
                                          {"reconnect.backoff.max.ms", "100"}}},
            .transactional_id = "test",
            .topics = mock_topics(),
            .max_event = 16_KiB};
  }
  static RecordId event_id(std::uint32_t index) {
    return {.item = ItemSequence{1}, .index = index};
  }
  static Record event(std::string_view value = "{}") {
    Record record;
    record.key = "192.0.2.1";
    record.value = value;
    record.timestamp_ms = 1'700'000'000'000;
    record.headers = {{"penstock.type", "ssh"}};
    return record;
  }

  NoLog log_;
  MockCluster kafka_;
  std::unique_ptr<Producer> producer_;
};

TEST_F(ProducerTest, CommitsATransactionOfEventsDeadLettersAndSideRecords) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  EXPECT_EQ(producer_->event(event(), event_id(0)), Produced::queued);
  EXPECT_EQ(producer_->dead_letter(event(), {.item = ItemSequence{1}, .letter = true}),
            Produced::queued);
  const SideRecord owner{.topic = RecordTopic::state, .key = "firehose/owner/a", .value = "v=1\n"};
  const SideRecord tombstone{
      .topic = RecordTopic::state, .key = "firehose/owner/b", .value = std::nullopt};
  const SideRecord job{.topic = RecordTopic::jobs, .key = "job", .value = "{}"};
  const SideRecord gap{.topic = RecordTopic::gaps, .key = "firehose/1", .value = "{}"};
  EXPECT_EQ(producer_->side(RecordTopic::state, 1, owner), Produced::queued);
  EXPECT_EQ(producer_->side(RecordTopic::state, 1, tombstone), Produced::queued);
  EXPECT_EQ(producer_->side(RecordTopic::jobs, any_partition, job), Produced::queued);
  EXPECT_EQ(producer_->side(RecordTopic::gaps, any_partition, gap), Produced::queued);
  const Call committed = producer_->commit();
  EXPECT_EQ(committed.outcome, Outcome::ok) << committed.why;
  EXPECT_TRUE(producer_->take_refused().empty());
}

TEST_F(ProducerTest, AsksForAnAbortWhenARecordCannotBeQueued) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  const SideRecord owner{.topic = RecordTopic::state, .key = "firehose/owner/a", .value = "v=1\n"};
  EXPECT_EQ(producer_->side(RecordTopic::state, 99, owner), Produced::failed);
  EXPECT_EQ(producer_->failure().outcome, Outcome::requires_abort);
  EXPECT_FALSE(producer_->failure().why.empty());
}

TEST_F(ProducerTest, RefusesAnEventThatIsLargerThanARecordMayBe) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  const std::string large(2 * limits::segment_slack.count, 'x');
  EXPECT_EQ(producer_->event(event(large), event_id(0)), Produced::refused);
  EXPECT_EQ(producer_->event(event(), event_id(1)), Produced::queued);
  EXPECT_EQ(producer_->commit().outcome, Outcome::ok);
}

TEST_F(ProducerTest, NamesTheRecordsOfARefusedBatch) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  kafka_.fail_next_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  ASSERT_EQ(producer_->event(event(), event_id(0)), Produced::queued);
  ASSERT_EQ(producer_->event(event(), event_id(1)), Produced::queued);
  producer_->flush();
  EXPECT_EQ(producer_->commit().outcome, Outcome::requires_abort);
  ASSERT_EQ(producer_->abort().outcome, Outcome::ok);
  EXPECT_EQ(producer_->take_refused(),
            (std::vector<Refusal>{{.id = event_id(0)}, {.id = event_id(1)}}));
  EXPECT_TRUE(producer_->take_refused().empty());

  // librdkafka counts sequence numbers that the broker never saw, and finds out when it is refused:
  // one more transaction may have to be aborted.
  Outcome outcome = Outcome::requires_abort;
  for (int attempt = 0; attempt < 3 && outcome == Outcome::requires_abort; ++attempt) {
    ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
    ASSERT_EQ(producer_->event(event(), event_id(0)), Produced::queued);
    outcome = producer_->commit().outcome;
    if (outcome == Outcome::requires_abort) {
      ASSERT_EQ(producer_->abort().outcome, Outcome::ok);
    }
  }
  EXPECT_EQ(outcome, Outcome::ok);
}

// Nobody can divert it: the transaction is tried until the topic takes it.
TEST_F(ProducerTest, NamesTheLargestRecordBesideTheEventsThatIsRefused) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  kafka_.fail_next_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  for (const std::size_t bytes : {10U, 2'000U, 20U}) {
    const SideRecord gap{.topic = RecordTopic::gaps,
                         .key = "stream/\n" + std::to_string(bytes),
                         .value = std::string(bytes, 'x')};
    ASSERT_EQ(producer_->side(RecordTopic::gaps, 1, gap), Produced::queued);
  }
  const Call committed = producer_->commit();
  EXPECT_EQ(committed.outcome, Outcome::requires_abort);
  EXPECT_TRUE(committed.why.starts_with("gaps: ")) << committed.why;
  EXPECT_TRUE(committed.why.ends_with(
      ": the record `stream/\\x0a2000` of 2012 bytes, or what is sent with it; raise "
      "max.message.bytes of that topic to 1048588"))
      << committed.why;
}

TEST_F(ProducerTest, TellsWhenItIsTheTimeOfADeadLetterThatIsRefused) {
  const RecordId letter{.item = ItemSequence{7}, .letter = true, .index = 3};
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  kafka_.fail_next_produce(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP);
  ASSERT_EQ(producer_->dead_letter(event(), letter), Produced::queued);
  EXPECT_EQ(producer_->commit().outcome, Outcome::requires_abort);
  ASSERT_EQ(producer_->abort().outcome, Outcome::ok);
  EXPECT_EQ(producer_->take_refused(),
            (std::vector<Refusal>{{.id = letter, .for_its_time = true}}));
}

// A topic that is gone fails its records, but for librdkafka not the transaction. Were a suspect
// queued then, the flush behind it would send nothing, and the next would share its Kafka batch.
TEST_F(ProducerTest, QueuesNothingMoreOnceARecordHasFailed) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  ASSERT_EQ(producer_->dead_letter(event(), {.item = ItemSequence{1}, .letter = true}),
            Produced::queued);
  kafka_.set_topic_error("dead", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  EXPECT_EQ(producer_->fetch_metadata(Duration{30'000}).outcome, Outcome::retriable);
  // librdkafka has seen it, and fails the record. That alone is to tell of it, so it is back now.
  kafka_.set_topic_error("dead", RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_EQ(producer_->fetch_metadata(Duration{30'000}).outcome, Outcome::ok);
  ASSERT_FALSE(producer_->topic_missing());
  producer_->flush();
  EXPECT_EQ(producer_->event(event(), event_id(0)), Produced::failed);
  EXPECT_TRUE(producer_->topic_missing());
  EXPECT_EQ(producer_->failure().outcome, Outcome::fatal) << "another producer, and the topic";
  EXPECT_NE(producer_->failure().why.find("dead: "), std::string::npos);
  const Call committed = producer_->commit();
  EXPECT_EQ(committed.outcome, Outcome::fatal);
  EXPECT_NE(committed.why.find("dead: "), std::string::npos);
  EXPECT_EQ(producer_->abort().outcome, Outcome::ok);
  EXPECT_TRUE(producer_->take_refused().empty());
}

TEST_F(ProducerTest, SaysWhichTopicIsMissingUntilItIsThere) {
  kafka_.set_topic_error("jobs", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const Call asked = producer_->fetch_metadata(Duration{30'000});
  EXPECT_EQ(asked.outcome, Outcome::retriable);
  EXPECT_NE(asked.why.find("jobs: "), std::string::npos) << asked.why;
  EXPECT_TRUE(producer_->topic_missing());
  kafka_.set_topic_error("jobs", RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(producer_->fetch_metadata(Duration{30'000}).outcome, Outcome::ok);
  EXPECT_FALSE(producer_->topic_missing());
}

// librdkafka (2.0) keeps what it was about to send again, for a minute, and tells nothing.
TEST_F(ProducerTest, SeesThatATopicIsGoneWhereItsRecordsAreLeftWithoutAnAnswer) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  kafka_.fail_next_produce(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  kafka_.set_topic_error("events", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  ASSERT_EQ(producer_->event(event(), event_id(0)), Produced::queued);
  const Call committed = producer_->commit();
  EXPECT_EQ(committed.outcome, Outcome::fatal) << committed.why;
  EXPECT_TRUE(producer_->topic_missing());
  EXPECT_NE(committed.why.find("events: "), std::string::npos) << committed.why;
}

// librdkafka then takes back what is queued, and reports each of those records first.
TEST_F(ProducerTest, SaysWhyATransactionFailedRatherThanThatItsRecordsWereTakenBack) {
  for (const auto error : {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                           RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED}) {
    kafka_.fail_next_partitions(error);
    ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
    ASSERT_EQ(producer_->event(event(), event_id(0)), Produced::queued);
    const Call committed = producer_->commit();
    EXPECT_NE(committed.outcome, Outcome::ok);
    EXPECT_NE(committed.why.find("authorization failed"), std::string::npos) << committed.why;
    producer_->abort();
  }
}

// Not after the minute in which librdkafka gives its records up: who asks why nothing is published
// is told earlier.
TEST_F(ProducerTest, AsksToCommitAgainWhileNothingIsAcknowledged) {
  ASSERT_EQ(producer_->begin().outcome, Outcome::ok);
  ASSERT_EQ(producer_->event(event(), event_id(0)), Produced::queued);
  kafka_.stop_broker();
  Call committed = producer_->commit();
  EXPECT_EQ(committed.outcome, Outcome::retriable) << committed.why;
  EXPECT_FALSE(committed.why.empty());
  kafka_.start_broker();
  const MonotonicTime deadline = monotonic_now() + std::chrono::seconds(50);
  while (committed.outcome == Outcome::retriable && monotonic_now() < deadline) {
    committed = producer_->commit();
  }
  EXPECT_EQ(committed.outcome, Outcome::ok) << committed.why;
}

TEST_F(ProducerTest, SeesThatTheBrokersAreDownAndUpAgain) {
  EXPECT_EQ(producer_->look().outcome, Outcome::ok);
  kafka_.stop_broker();
  EXPECT_NE(producer_->look().outcome, Outcome::ok);
  kafka_.start_broker();
  const MonotonicTime deadline = monotonic_now() + std::chrono::seconds(30);
  bool down = true;
  while (down && monotonic_now() < deadline) {
    down = producer_->look().outcome != Outcome::ok;
  }
  EXPECT_FALSE(down);
}

TEST_F(ProducerTest, TellsOfItselfUntilItEnds) {
  KafkaCounters counters;
  ProducerOptions told = options();
  told.counters = &counters;
  told.statistics_interval = Duration{50};
  told.transactional_id = "told";
  auto producer = Producer::open(told, log_);
  ASSERT_TRUE(producer) << producer.error().what;
  ASSERT_EQ((*producer)->init_transactions(Duration{30'000}).outcome, Outcome::ok);
  ASSERT_EQ((*producer)->begin().outcome, Outcome::ok);
  EXPECT_NE(counters.transaction_began_ms.get(), 0);
  ASSERT_EQ((*producer)->event(event(), event_id(0)), Produced::queued);
  const MonotonicTime deadline = monotonic_now() + std::chrono::seconds(30);
  while (counters.queue_records.get() == 0 && monotonic_now() < deadline) {
    (*producer)->poll();
    std::this_thread::yield();
  }
  EXPECT_EQ(counters.queue_records.get(), 1u);
  EXPECT_EQ(counters.brokers_up.get(), 1u);
  EXPECT_EQ(counters.transaction.get(), KafkaTransaction::open);
  EXPECT_EQ((*producer)->commit().outcome, Outcome::ok);
  EXPECT_EQ(counters.transaction_began_ms.get(), 0);
  producer->reset();
  EXPECT_EQ(counters.brokers_up.get(), 0u);
  EXPECT_EQ(counters.transaction.get(), std::nullopt);
  EXPECT_GT(counters.requests.get(), 0u);
}

// It is asked again every half second.
TEST_F(ProducerTest, WaitsForACoordinatorThatIsNotReadyYet) {
  constexpr auto not_yet = RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS;
  kafka_.fail_next_ids({not_yet, not_yet, not_yet});
  auto producer = Producer::open(options(), log_);
  ASSERT_TRUE(producer) << producer.error().what;
  const Call claimed = (*producer)->init_transactions(Duration{30'000});
  EXPECT_EQ(claimed.outcome, Outcome::ok) << claimed.why;
}

// librdkafka (2.0) registers the partition of a transaction's first record a moment later; that
// must not meet the end of the producer, at which it would assert.
TEST_F(ProducerTest, EndsInTheMiddleOfATransactionWhateverIsUnderway) {
  for (int moment = 0; moment < 100; ++moment) {
    auto producer = Producer::open(options(), log_);
    ASSERT_TRUE(producer) << producer.error().what;
    ASSERT_EQ((*producer)->init_transactions(Duration{30'000}).outcome, Outcome::ok);
    ASSERT_EQ((*producer)->fetch_metadata(Duration{30'000}).outcome, Outcome::ok);
    ASSERT_EQ((*producer)->begin().outcome, Outcome::ok);
    ASSERT_EQ((*producer)->event(event(), event_id(0)), Produced::queued);
    const MonotonicTime due = monotonic_now() + std::chrono::microseconds(moment * 10);
    while (monotonic_now() < due) {
    }
  }
}

TEST_F(ProducerTest, SaysWhatAnOpenPropertyErrorIsAboutWithoutItsValue) {
  ProducerOptions with_errors = options();
  with_errors.connection.properties = {{"sasl.mechanism", "hush"}, {"no.such", "hush"}};
  const auto producer = Producer::open(with_errors, log_);
  ASSERT_FALSE(producer);
  EXPECT_NE(producer.error().what.find("no.such"), std::string::npos);
  EXPECT_EQ(producer.error().what.find("hush"), std::string::npos);
}

}  // namespace
}  // namespace penstock::publish
