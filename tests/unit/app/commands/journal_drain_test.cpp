#include "app/commands/journal_drain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "journal/segment.hpp"
#include "penstock/journal/segment_store.hpp"

namespace penstock::app {
namespace {

using ::testing::ElementsAre;

constexpr Bytes segment = 1_MiB;

class SeenBatches final : public publish::JournalPublisher {
 public:
  Result<BlockSequence> open() override { return BlockSequence{}; }
  // As publish/batch_writer takes them.
  Result<void> publish(std::span<const Batch> batches, const Beside& records) override {
    for (std::size_t count = 1; count <= batches.size(); ++count) {
      beside.push_back(records(count)->front().value.value());
    }
    for (const Batch& batch : batches) {
      last = batch.block.sequence;
      for (std::size_t i = 0; i < batch.events.size(); ++i) {
        if (batch.verdicts.empty() || batch.verdicts[i] == Verdict::publish) {
          lines.emplace_back(batch.events[i].line);
        }
      }
      letters += batch.dead_letters.size();
    }
    return {};
  }

  std::vector<std::string> lines;
  std::vector<std::string> beside;
  std::size_t letters = 0;
  BlockSequence last;
};

class JournalDrainTest : public testing::Test {
 protected:
  // A block of these lines.
  void receive(std::string_view lines, WallTime at = {}) {
    std::ranges::copy(lines, ring_.writable().begin());
    ring_.received(lines.size(), at);
    ring_.seal();
  }
  JournalPublished drain(const Filter& filter, BlockSequence committed = {}) {
    JournalPublished done;
    extract::Pool pool(1);
    JournalDrain drain(
        ring_, publisher_, pool,
        {.max_line = 64_KiB, .kind = ChannelKind::live, .has_ledger = false}, filter,
        [](const JournalPublished& next) {
          return std::vector<SideRecord>{{RecordTopic::gaps, "gap", std::to_string(next.lines)}};
        });
    EXPECT_TRUE(drain.run(committed, done));
    return done;
  }

  journal::MemorySegments segments_{segment};
  journal::Ring ring_{{.max_size = 2_MiB, .max_line = 64_KiB, .segment_size = segment}, segments_};
  SeenBatches publisher_;
};

const Filter ssl_alone({"ssl"}, {}, {});

TEST_F(JournalDrainTest, PublishesWhatPassesTheFilterAndCountsTheRest) {
  receive(
      "{\"origin\":{\"type\":\"ssl\"}}\n{\"origin\":{\"type\":\"rdp\"}}\n"
      "{\"origin\":{\"type\":\"job_status\"}}\nno event\n");
  receive("{\"origin\":{\"type\":\"vnc\"}}\n");
  const JournalPublished done = drain(ssl_alone);
  EXPECT_THAT(publisher_.lines, ElementsAre("{\"origin\":{\"type\":\"ssl\"}}",
                                            "{\"origin\":{\"type\":\"job_status\"}}"));
  EXPECT_EQ(publisher_.letters, 1);
  EXPECT_EQ(publisher_.last, BlockSequence{2}) << "the position moves past what is left out";
  EXPECT_EQ(done.lines, 3);
  EXPECT_EQ(done.events, 2);
  EXPECT_EQ(done.filtered, 2);
  EXPECT_THAT(publisher_.beside, ElementsAre("3", "3")) << "with the events, as it stands then";
}

TEST_F(JournalDrainTest, TellsWhenTheLastOfWhatIsPublishedWasReceived) {
  const WallTime at{std::chrono::hours(1)};
  receive("{\"origin\":{\"type\":\"ssl\"}}\n", at);
  receive("{\"origin\":{\"type\":\"vnc\"}}\n", at + std::chrono::hours(1));
  EXPECT_EQ(drain(ssl_alone).up_to, at);
}

TEST_F(JournalDrainTest, PublishesAllWithoutAFilter) {
  receive("{\"origin\":{\"type\":\"ssl\"}}\n{\"origin\":{\"type\":\"rdp\"}}\n");
  receive("{\"origin\":{\"type\":\"vnc\"}}\n");
  const JournalPublished done = drain({});
  EXPECT_EQ(done.lines, 3);
  EXPECT_THAT(publisher_.beside, ElementsAre("2", "3")) << "as it stands after each block";
  EXPECT_EQ(done.filtered, 0);
}

TEST_F(JournalDrainTest, CountsWhatKafkaHadWithoutWhatTheFilterLeftOut) {
  receive("{\"origin\":{\"type\":\"ssl\"}}\n{\"origin\":{\"type\":\"rdp\"}}\n");
  receive("{\"origin\":{\"type\":\"ssl\"},\"n\":2}\n");
  const JournalPublished done = drain(ssl_alone, BlockSequence{2});
  EXPECT_EQ(done.before, 1);
  EXPECT_EQ(done.lines, 1);
  EXPECT_EQ(done.filtered, 0);
}

}  // namespace
}  // namespace penstock::app
