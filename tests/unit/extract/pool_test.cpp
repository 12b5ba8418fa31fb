#include "penstock/extract/pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "penstock/core/limits.hpp"

namespace penstock::extract {
namespace {

Block block(std::uint64_t sequence, std::string_view bytes = "{}\n") {
  Block result;
  result.sequence = {sequence};
  result.bytes = bytes;
  return result;
}

LaneOptions lane_options() { return {.max_line = 1_MiB}; }

// What was delivered, across lanes, in the order it was.
class Journal {
 public:
  auto writer(char lane) {
    return [this, lane](Batch&& batch) {
      const std::lock_guard lock(mutex_);
      entries_.push_back(lane + std::to_string(batch.block.sequence.value));
    };
  }
  std::vector<std::string> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> entries_;
};

using Entries = std::vector<std::string>;

TEST(Pool, DeliversBatchesInBlockOrderOneAtATime) {
  constexpr std::uint64_t blocks = 500;
  // Of very different sizes, so that later blocks are done before earlier ones.
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < blocks; ++i) {
    std::string text;
    for (std::size_t n = 0; n < i * 37 % 200; ++n) {
      text += "{\"origin\":{\"type\":\"" + std::to_string(i) + "\"}}\n";
    }
    texts.push_back(std::move(text));
  }
  Pool pool(4);
  struct Seen {
    std::atomic<int> at_once = 0;
    std::uint64_t next = 10;
    std::size_t events = 0;
  };
  Seen seen[2];
  {
    std::vector<std::unique_ptr<Lane>> lanes;
    for (Seen& lane : seen) {
      lanes.push_back(pool.open_lane(lane_options(), [&lane](Batch&& batch) {
        EXPECT_EQ(lane.at_once.fetch_add(1), 0);
        EXPECT_EQ(batch.block.sequence.value, lane.next++);
        for (const Event& event : batch.events) {
          EXPECT_EQ(event.type, std::to_string(batch.block.sequence.value - 10));
          ++lane.events;
        }
        lane.at_once.fetch_sub(1);
      }));
    }
    for (std::uint64_t i = 0; i < blocks; ++i) {
      for (const auto& lane : lanes) {
        lane->submit(block(10 + i, texts[i]));
      }
    }
  }
  std::size_t expected = 0;
  for (std::size_t i = 0; i < blocks; ++i) {
    expected += i * 37 % 200;
  }
  for (const Seen& lane : seen) {
    EXPECT_EQ(lane.next, 10 + blocks);
    EXPECT_EQ(lane.events, expected);
  }
}

TEST(Pool, LetsLanesTakeTurns) {
  Journal journal;
  Pool pool(1);
  std::latch first_is_in_delivery(1), go_on(1);
  auto a = pool.open_lane(lane_options(), [&, write = journal.writer('a')](Batch&& batch) {
    if (batch.block.sequence.value == 1) {
      first_is_in_delivery.count_down();
      go_on.wait();
    }
    write(std::move(batch));
  });
  auto b = pool.open_lane(lane_options(), journal.writer('b'));
  auto c = pool.open_lane(lane_options(), journal.writer('c'));
  a->submit(block(1));
  first_is_in_delivery.wait();
  for (std::uint64_t i = 2; i <= 5; ++i) {
    a->submit(block(i));
  }
  b->submit(block(1));
  b->submit(block(2));
  c->submit(block(1));
  go_on.count_down();
  a.reset();
  b.reset();
  c.reset();
  EXPECT_EQ(journal.entries(), (Entries{"a1", "a2", "b1", "c1", "a3", "b2", "a4", "a5"}));
}

TEST(Pool, KeepsASlowLaneFromHoldingOthersUp) {
  Journal journal;
  Pool pool(2);
  std::latch slow_is_in_delivery(1), go_on(1), others_are_through(3);
  auto slow = pool.open_lane(lane_options(), [&, write = journal.writer('s')](Batch&& batch) {
    if (batch.block.sequence.value == 1) {
      slow_is_in_delivery.count_down();
      go_on.wait();
    }
    write(std::move(batch));
  });
  auto quick = pool.open_lane(lane_options(), [&, write = journal.writer('q')](Batch&& batch) {
    write(std::move(batch));
    others_are_through.count_down();
  });
  slow->submit(block(1));
  slow_is_in_delivery.wait();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    slow->submit(block(i + 1));
    quick->submit(block(i));
  }
  others_are_through.wait();
  EXPECT_EQ(journal.entries(), (Entries{"q1", "q2", "q3"}));
  go_on.count_down();
  slow.reset();
  EXPECT_EQ(journal.entries(), (Entries{"q1", "q2", "q3", "s1", "s2", "s3", "s4"}));
}

TEST(Lane, CountsABlockOffBeforeItIsDelivered) {
  Pool pool(2);
  std::latch first_is_in_delivery(1), go_on(1);
  std::vector<std::size_t> in_flight;
  Lane* self = nullptr;
  auto lane = pool.open_lane(lane_options(), [&](Batch&& batch) {
    if (batch.block.sequence.value == 1) {
      first_is_in_delivery.count_down();
      go_on.wait();
    }
    in_flight.push_back(self->in_flight());
  });
  self = lane.get();
  EXPECT_EQ(lane->in_flight(), 0u);
  lane->submit(block(1));
  first_is_in_delivery.wait();
  lane->submit(block(2));
  lane->submit(block(3));
  EXPECT_EQ(lane->in_flight(), 2u);
  go_on.count_down();
  lane.reset();
  EXPECT_EQ(in_flight, (std::vector<std::size_t>{2, 1, 0}));
}

TEST(Lane, HandsItsOptionsOnToItsBatches) {
  Pool pool(1);
  std::vector<Batch> batches;
  const auto keep = [&](Batch&& batch) { batches.push_back(std::move(batch)); };
  const std::string text = "{\"origin\":{\"job_id\":\"1\"}}\n";
  pool.open_lane(lane_options(), keep)->submit(block(1, text));
  LaneOptions replay = lane_options();
  replay.kind = ChannelKind::replay;
  replay.has_ledger = true;
  pool.open_lane(replay, keep)->submit(block(1, text));
  replay.max_line = Bytes{8};
  pool.open_lane(replay, keep)->submit(block(1, text));
  ASSERT_EQ(batches.size(), 3u);
  EXPECT_EQ(batches[0].channel_kind, ChannelKind::live);
  EXPECT_EQ(batches[0].fingerprints.size(), 0u);
  EXPECT_EQ(batches[1].channel_kind, ChannelKind::replay);
  EXPECT_EQ(batches[1].fingerprints.size(), 1u);
  EXPECT_EQ(batches[2].dead_letters.size(), 1u);
}

// The small ones are no measure: that of a block of one long line would have some gigabytes.
TEST(Lane, ReservesLittleForALongLineBehindSmallEvents) {
  const std::string line = "{\"x\":\"" + std::string(8 << 20, 'a') + "\"}\n";
  Pool pool(1);
  std::vector<Batch> batches;
  LaneOptions options{.max_line = 16_MiB};
  options.has_ledger = true;
  auto lane = pool.open_lane(options, [&](Batch&& batch) { batches.push_back(std::move(batch)); });
  lane->submit(block(1));
  lane->submit(block(2, line));
  lane.reset();
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[1].events.size(), 1u);
  EXPECT_LE(batches[1].events.capacity() * sizeof(Event), 3 * limits::block_size.count);
  EXPECT_LE(batches[1].fingerprints.capacity(), batches[1].events.capacity());
}

TEST(Lane, OpensAndEndsWhileThePoolRuns) {
  Journal journal;
  Pool pool(2);
  for (std::uint64_t i = 0; i < 50; ++i) {
    auto lane = pool.open_lane(lane_options(), journal.writer('x'));
    lane->submit(block(i));
  }
  EXPECT_EQ(journal.entries().size(), 50u);
  pool.open_lane(lane_options(), journal.writer('y')).reset();
}

}  // namespace
}  // namespace penstock::extract
