// The writer and a model of Kafka: what comes of suspects.
#include "publish/batch_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "penstock/core/limits.hpp"
#include "support/model_kafka.hpp"
#include "support/turned_clock.hpp"
#include "unit/publish/model_topics.hpp"

namespace penstock::publish {
namespace {

using Disposition = RefusedRecords::Disposition;

const TopicNames topics = model_topics("stream");
const test::ModelSessionOptions session_options{
    .source = SourceName("stream"), .topics = topics, .transactional_id = "t"};

class BatchWriterTest : public ::testing::Test {
 protected:
  BatchWriterTest() {
    session_.open_producer();
    session_.init_transactions();
    batch_.block.received_at = clock_.wall();
  }

  void add(std::string_view line) {
    Event event;
    event.line = line;
    event.time_ms = 1'000;
    batch_.events.push_back(event);
  }
  bool write() {
    session_.begin();
    return writer_.write(batch_, item_, session_, clock_.monotonic());
  }
  // One transaction: whether it is committed.
  bool publish() {
    if (write() && session_.commit().outcome == Outcome::ok) {
      return true;
    }
    session_.abort();
    refused_.failed(session_.take_refused(), clock_.monotonic());
    return false;
  }
  std::vector<const test::ModelKafka::Record*> published(const std::string& topic) {
    return kafka_.visible({topic, 0});
  }
  RecordId event(std::uint32_t index) const { return {.item = item_, .index = index}; }
  RecordId letter(std::uint32_t index) const {
    return {.item = item_, .letter = true, .index = index};
  }

  int transactions() {
    int count = 1;
    while (!publish()) {
      ++count;
      if (count == 100) {
        break;
      }
    }
    return count;
  }

  const ItemSequence item_{1};
  std::map<std::string, std::size_t> largest_;  // of a topic: it takes none above
  test::TurnedClock clock_;
  test::ModelKafka kafka_{
      clock_,
      {.partitions = 1,
       .refuses =
           [this](const std::string& topic, std::string_view value) {
             const auto found = largest_.find(topic);
             return found != largest_.end() && value.size() > found->second;
           },
       .largest_batch = 1'000'000,
       .latest_timestamp_ms = clock_.wall().time_since_epoch().count() + 1'000}};
  test::KafkaPlan plan_;
  test::ModelSession session_{session_options, kafka_, plan_};
  RefusedRecords refused_;
  BatchWriter writer_{SourceName("stream"), {.timestamp = TimestampField::event}, refused_};
  Batch batch_;
};

TEST_F(BatchWriterTest, ClearsSuspectsUpToTheOneThatIsRefusedAlone) {
  largest_[topics.events] = 3;
  for (const char* line : {"a", "b", "large", "c"}) {
    add(line);
  }
  ASSERT_FALSE(publish());
  EXPECT_EQ(refused_.of(event(0)), Disposition::alone);
  EXPECT_EQ(refused_.of(event(3)), Disposition::alone);
  ASSERT_FALSE(publish());
  EXPECT_EQ(refused_.of(event(0)), Disposition::together);
  EXPECT_EQ(refused_.of(event(1)), Disposition::together);
  EXPECT_EQ(refused_.of(event(2)), Disposition::dead_letter);
  EXPECT_EQ(refused_.of(event(3)), Disposition::alone);
  ASSERT_TRUE(publish());
  EXPECT_EQ(published(topics.events).size(), 3u);
  ASSERT_EQ(published(topics.dead_letters).size(), 1u);
  EXPECT_EQ(published(topics.dead_letters)[0]->value, "large");
}

TEST_F(BatchWriterTest, WritesNothingMoreBehindARefusedSuspect) {
  largest_[topics.events] = 3;
  add("large");
  add("a");
  ASSERT_FALSE(publish());
  EXPECT_FALSE(write());
  EXPECT_EQ(refused_.of(event(1)), Disposition::alone);
}

TEST_F(BatchWriterTest, DivertsAnEventAndWritesItsLetterInSmallPartsWhereItMust) {
  const std::string large(limits::dead_letter_small_part.count + 1, 'x');
  largest_[topics.events] = 3;
  largest_[topics.dead_letters] = limits::dead_letter_small_part.count;
  batch_.dead_letters.push_back({DeadLetterReason::invalid_json, "?", 1});
  add("a");
  add(large);
  int transactions = 1;
  while (!publish()) {
    ASSERT_LT(++transactions, 10);
  }
  EXPECT_EQ(refused_.of(event(1)), Disposition::dead_letter);
  EXPECT_EQ(refused_.of(letter(0)), Disposition::together);
  EXPECT_EQ(refused_.of(letter(2)), Disposition::small_parts);  // behind the batch's own
  const auto dead = published(topics.dead_letters);
  ASSERT_EQ(dead.size(), 3u);
  std::string whole;
  for (const auto* const record : dead) {
    if (record->header("penstock.reason") == "rejected_by_broker") {
      EXPECT_EQ(record->header("penstock.size"), std::to_string(large.size()));
      whole += *record->value;
    }
  }
  EXPECT_EQ(whole, large);
}

TEST_F(BatchWriterTest, GivesAnEventItsTimeOfReceiptWhereItsOwnIsRefused) {
  add("a");
  refused_.failed(std::vector<Refusal>{{event(0), true}}, clock_.monotonic());
  refused_.failed(std::vector<Refusal>{{event(0), true}}, clock_.monotonic());
  ASSERT_TRUE(publish());
  ASSERT_EQ(published(topics.events).size(), 1u);
  EXPECT_EQ(published(topics.events)[0]->timestamp_ms, clock_.wall().time_since_epoch().count());
}

TEST_F(BatchWriterTest, TriesNoTimeThatIsAsFarOffAsARefusedOne) {
  const std::int64_t received_ms = clock_.wall().time_since_epoch().count();
  for (int i = 0; i < 50; ++i) {
    add("a");
    batch_.events.back().time_ms = received_ms + (i % 10 == 0 ? 900 : 2'000 + i);
  }
  EXPECT_LE(transactions(), 4);
  const auto events = published(topics.events);
  EXPECT_EQ(events.size(), 50u);
  EXPECT_EQ(std::ranges::count(events, received_ms, &test::ModelKafka::Record::timestamp_ms), 45);
  EXPECT_EQ(std::ranges::count(events, received_ms + 900, &test::ModelKafka::Record::timestamp_ms),
            5);
}

class CountedFlushes : public test::ModelSession {
 public:
  using ModelSession::ModelSession;
  bool flush() override {
    ++flushes;
    return ModelSession::flush();
  }
  int flushes = 0;
};

TEST(BatchWriter, FindsOutHowManyRecordsATopicTakesTogether) {
  const test::TurnedClock clock;
  test::ModelKafka kafka(clock, {.partitions = 1, .largest_batch = 30});
  test::KafkaPlan plan;
  CountedFlushes session(session_options, kafka, plan);
  session.open_producer();
  session.init_transactions();
  RefusedRecords refused;
  BatchWriter writer(SourceName("stream"), {}, refused);
  Batch batch;
  for (int i = 0; i < 200; ++i) {
    Event event;
    event.line = "x";
    batch.events.push_back(event);
  }
  const auto publish = [&] {
    session.begin();
    if (writer.write(batch, ItemSequence{1}, session, clock.monotonic()) &&
        session.commit().outcome == Outcome::ok) {
      return true;
    }
    session.abort();
    EXPECT_TRUE(refused.failed(session.take_refused(), clock.monotonic()));
    return false;
  };
  int transactions = 0;
  for (int time = 0; time < 5; ++time) {
    do {
      ASSERT_LT(++transactions, 12);
      session.flushes = 0;
    } while (!publish());
    refused.committed(ItemSequence{1}, clock.monotonic());
  }
  const auto most = refused.most_together(clock.monotonic());
  ASSERT_TRUE(most && *most > 15 && *most <= 30);  // not less than half of what would do
  EXPECT_LE(session.flushes, 200 / 16 + 1);
  EXPECT_EQ(kafka.visible({topics.events, 0}).size(), 1'000u);
}

// The order in which events are handed over, as their lines.
class Handed : public test::ModelSession {
 public:
  using ModelSession::ModelSession;
  Produced event(const Record& record, RecordId id) override {
    lines.emplace_back(record.value);
    return ModelSession::event(record, id);
  }
  std::vector<std::string> lines;
};

TEST(BatchWriter, HandsOverPartitionByPartitionBetweenEventsWithoutAKey) {
  const test::TurnedClock clock;
  test::ModelKafka kafka(clock, {.partitions = 3});
  test::KafkaPlan plan;
  Handed session(session_options, kafka, plan);
  session.open_producer();
  session.init_transactions();
  session.begin();
  std::deque<std::string> texts;
  Batch batch;
  std::vector<std::string> expected;
  std::vector<std::vector<std::string>> waiting(3);  // of a partition, since the last without a key
  std::size_t longest = 0;
  const auto end_row = [&] {
    for (auto& lines : waiting) {
      longest = std::max(longest, lines.size());
      expected.insert(expected.end(), lines.begin(), lines.end());
      lines.clear();
    }
  };
  for (int i = 0; i < 300; ++i) {
    Event event;
    event.line = texts.emplace_back(std::to_string(i));
    event.has_ip = i % 50 > 1;
    event.ip = texts.emplace_back("192.0.2." + std::to_string(i));
    batch.events.push_back(event);
    batch.verdicts.push_back(i % 7 == 0 ? Verdict::filtered : Verdict::publish);
    if (batch.verdicts.back() != Verdict::publish) {
      continue;
    }
    if (event.has_ip) {
      const int partition = kafka.partition_of(topics.events, event.ip).second;
      waiting[static_cast<std::size_t>(partition)].emplace_back(event.line);
    } else {
      end_row();
      expected.emplace_back(event.line);
    }
  }
  end_row();
  EXPECT_GT(longest, 5u);
  RefusedRecords refused;
  BatchWriter writer(SourceName("firehose"), {.key = KeyField::ip}, refused);
  for (int time = 0; time < 2; ++time) {  // nothing is left of the batch before
    session.lines.clear();
    ASSERT_TRUE(writer.write(batch, ItemSequence{1}, session, clock.monotonic()));
    EXPECT_EQ(session.lines, expected);
  }
}

TEST_F(BatchWriterTest, WritesWhatTheVerdictsLetThrough) {
  for (const char* line : {"a", "b", "c"}) {
    add(line);
  }
  batch_.verdicts = {Verdict::publish, Verdict::duplicate, Verdict::filtered};
  ASSERT_TRUE(publish());
  ASSERT_EQ(published(topics.events).size(), 1u);
  EXPECT_EQ(published(topics.events)[0]->value, "a");
  EXPECT_EQ(published(topics.events)[0]->timestamp_ms, 1'000);
}

}  // namespace
}  // namespace penstock::publish
