#include "penstock/journal/ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace penstock::journal {
namespace {

constexpr WallTime now{std::chrono::milliseconds(1'000)};

RingOptions small_ring() {
  return {.max_size = Bytes{16'384},
          .max_line = Bytes{1'000},
          .segment_size = Bytes{8'192},
          .block_size = Bytes{512}};
}

// Puts as much of `bytes` into the ring as it takes; returns the rest.
std::string_view feed(Ring& ring, std::string_view bytes, std::size_t step = 4'096) {
  while (!bytes.empty()) {
    const auto room = ring.writable();
    if (room.empty()) {
      break;
    }
    const std::size_t count = std::min({bytes.size(), room.size(), step});
    std::memcpy(room.data(), bytes.data(), count);
    ring.received(count, now);
    bytes.remove_prefix(count);
  }
  return bytes;
}

std::vector<Block> drain_with_marks(Ring& ring) {
  std::vector<Block> blocks;
  while (auto block = ring.next()) {
    blocks.push_back(*block);
  }
  return blocks;
}

std::vector<Block> drain(Ring& ring) {
  std::vector<Block> blocks = drain_with_marks(ring);
  std::erase_if(blocks, [](const Block& block) { return block.is_mark(); });
  return blocks;
}

class RingTest : public ::testing::Test {
 protected:
  RingTest() : ring_(small_ring(), store_) {
    ring_.open_session(ChannelId{1}, SessionId{1}, now);
    opened_ = ring_.next();
  }
  MemorySegments store_{small_ring().segment_size};
  Ring ring_;
  std::optional<Block> opened_;  // the mark
};

TEST_F(RingTest, GivesNothingBeforeALineIsSealed) {
  feed(ring_, "{\"a\":1}\n{\"b\"");
  EXPECT_FALSE(ring_.next());
  EXPECT_TRUE(ring_.has_unsealed_lines());
}

TEST_F(RingTest, SealsWholeLinesAndKeepsTheTailForTheNextBlock) {
  feed(ring_, "{\"a\":1}\n{\"b\"");
  ring_.seal();
  auto block = ring_.next();
  ASSERT_TRUE(block);
  EXPECT_EQ(block->bytes, "{\"a\":1}\n");
  EXPECT_EQ(block->sequence, BlockSequence{2});
  EXPECT_FALSE(ring_.has_unsealed_lines());
  feed(ring_, ":2}\n");
  ring_.seal();
  block = ring_.next();
  ASSERT_TRUE(block);
  EXPECT_EQ(block->bytes, "{\"b\":2}\n");
  EXPECT_EQ(block->sequence, BlockSequence{3});
}

TEST_F(RingTest, SealsByItselfAtTheBlockSize) {
  const std::string line = std::string(99, 'x') + "\n";
  for (int i = 0; i < 6; ++i) {
    feed(ring_, line);
  }
  const auto block = ring_.next();
  ASSERT_TRUE(block);
  EXPECT_EQ(block->bytes.size(), 600u);
}

TEST_F(RingTest, LetsABlockGrowForALineThatIsLargerThanABlock) {
  const std::string line = std::string(900, 'x') + "\n";
  feed(ring_, line, 100);
  const auto block = ring_.next();
  ASSERT_TRUE(block);
  EXPECT_EQ(block->bytes, line);
}

TEST_F(RingTest, EndsASessionWithItsUnfinishedLine) {
  feed(ring_, "{}\n{\"cut\":");
  ring_.close_session(DisconnectCause::aborted);
  ring_.open_session(ChannelId{2}, SessionId{2}, now);
  feed(ring_, "{}\n");
  ring_.close_session(DisconnectCause::aborted);
  const auto blocks = drain(ring_);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].bytes, "{}\n{\"cut\":");
  EXPECT_EQ(blocks[0].session, SessionId{1});
  EXPECT_EQ(blocks[1].bytes, "{}\n");
  EXPECT_EQ(blocks[1].session, SessionId{2});
}

TEST_F(RingTest, MarksWhereASessionBeginsAndEnds) {
  ASSERT_TRUE(opened_);
  EXPECT_EQ(opened_->kind, BlockKind::session_opened);
  EXPECT_EQ(opened_->session, SessionId{1});
  EXPECT_EQ(opened_->received_at, now);
  feed(ring_, "{}\n");
  ring_.close_session(DisconnectCause::aborted);
  const auto blocks = drain_with_marks(ring_);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].bytes, "{}\n");
  EXPECT_EQ(blocks[1].kind, BlockKind::session_closed);
  EXPECT_EQ(blocks[1].cause, DisconnectCause::aborted);
  EXPECT_EQ(blocks[1].session, SessionId{1});
  EXPECT_TRUE(blocks[1].bytes.empty());
}

TEST_F(RingTest, MarksTheEndOfASessionWithWhatIsEarlier) {
  constexpr Duration second{1'000};
  ring_.close_session(DisconnectCause::aborted, now + second);
  ring_.open_session(ChannelId{2}, SessionId{2}, now);
  ring_.close_session(DisconnectCause::aborted, now - second);
  const auto blocks = drain_with_marks(ring_);
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0].received_at, now) << "its last bytes";
  EXPECT_EQ(blocks[2].received_at, now - second);
}

TEST_F(RingTest, KeepsTheMarksOfManyShortSessionsWhileItIsFull) {
  while (feed(ring_, std::string(99, 'x') + "\n").empty()) {
  }
  const auto held = drain(ring_);
  ring_.close_session(DisconnectCause::paused);
  for (std::uint64_t session = 2; session < 100; ++session) {
    ring_.open_session(ChannelId{session}, SessionId{session}, now);
    EXPECT_TRUE(ring_.writable().empty());
    ring_.close_session(DisconnectCause::aborted);
  }
  EXPECT_TRUE(ring_.has_unread());
  ring_.open_session(ChannelId{100}, SessionId{100}, now);
  ring_.release(held.back().sequence);
  EXPECT_FALSE(ring_.writable().empty());
  // The first end and the last opening are what the gap between them is made of.
  std::vector<Block> marks = drain_with_marks(ring_);
  std::erase_if(marks, [](const Block& block) { return !block.is_mark(); });
  ASSERT_GE(marks.size(), 2u);
  EXPECT_LE(marks.size(), 4u);
  EXPECT_EQ(marks.front().cause, DisconnectCause::paused);
  EXPECT_EQ(marks.back().session, SessionId{100});
}

RingOptions ring_of_long_lines() {
  RingOptions options = small_ring();
  options.max_line = Bytes{66'000};
  options.segment_size = Bytes{150'000};
  return options;
}

TEST(Ring, KeepsOnlyTheBeginningOfAnOversizedLine) {
  const std::size_t size = 70'000;
  const std::string line(size, 'y');
  for (const std::size_t step : {1'000u, 69'000u}) {
    MemorySegments store(ring_of_long_lines().segment_size);
    Ring ring(ring_of_long_lines(), store);
    ring.open_session(ChannelId{1}, SessionId{1}, now);
    feed(ring, "{\"before\":1}\n" + line + "\r\n{\"after\":1}\n{\"more\"", step);
    feed(ring, ":2}\n");
    ring.seal();
    const auto blocks = drain(ring);
    ASSERT_EQ(blocks.size(), 3u);
    EXPECT_EQ(blocks[0].bytes, "{\"before\":1}\n");
    EXPECT_EQ(blocks[1].kind, BlockKind::oversized_line);
    EXPECT_EQ(blocks[1].original_size, size);
    EXPECT_EQ(blocks[1].bytes, line.substr(0, limits::oversized_kept.count));
    EXPECT_EQ(blocks[2].kind, BlockKind::lines);
    EXPECT_EQ(blocks[2].bytes, "{\"after\":1}\n{\"more\":2}\n");
  }
}

TEST(Ring, EndsASessionWithinAnOversizedLine) {
  MemorySegments store(ring_of_long_lines().segment_size);
  Ring ring(ring_of_long_lines(), store);
  ring.open_session(ChannelId{1}, SessionId{1}, now);
  const std::string line(70'000, 'y');
  feed(ring, line, 1'000);
  ring.close_session(DisconnectCause::aborted);
  ring.open_session(ChannelId{2}, SessionId{2}, now);
  feed(ring, "{\"after\":1}\n");
  ring.seal();
  const auto blocks = drain(ring);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].kind, BlockKind::oversized_line);
  EXPECT_EQ(blocks[0].original_size, line.size());
  EXPECT_EQ(blocks[0].bytes, line.substr(0, limits::oversized_kept.count));
  EXPECT_EQ(blocks[1].bytes, "{\"after\":1}\n");
  EXPECT_EQ(blocks[1].session, SessionId{2});
}

TEST_F(RingTest, TakesTheLargestLineWhereverItsLineEndIsCut) {
  const std::string line(1'000, 'x');
  feed(ring_, line + "\r");
  feed(ring_, "\n");
  ring_.seal();
  const auto block = ring_.next();
  ASSERT_TRUE(block);
  EXPECT_EQ(block->kind, BlockKind::lines);
  EXPECT_EQ(block->bytes, line + "\r\n");
}

TEST_F(RingTest, HasUnreadBytesWhileALineOfAnEndedSessionWaitsForRoom) {
  std::string lines;
  for (int i = 0; i < 1'000; ++i) {
    lines += std::string(99, 'x') + "\n";
  }
  EXPECT_FALSE(feed(ring_, lines, 97).empty());  // blocks end within a line
  ring_.close_session(DisconnectCause::aborted);
  const auto blocks = drain(ring_);
  EXPECT_TRUE(ring_.writable().empty());
  EXPECT_TRUE(ring_.has_unread());
  ring_.release(blocks.back().sequence);
  ring_.make_room();
  EXPECT_EQ(drain(ring_).size(), 1u);
  EXPECT_FALSE(ring_.has_unread());
}

TEST_F(RingTest, IsFullAtItsBoundAndGoesOnAfterARelease) {
  const std::string line = std::string(99, 'x') + "\n";
  std::size_t accepted = 0;
  while (feed(ring_, line).empty()) {
    ++accepted;
    ASSERT_LT(accepted, 10'000u);
  }
  EXPECT_LE(ring_.used().count, ring_.capacity().count);
  EXPECT_TRUE(ring_.writable().empty());
  const auto blocks = drain(ring_);
  ASSERT_FALSE(blocks.empty());
  ring_.release(blocks.back().sequence);
  EXPECT_FALSE(ring_.writable().empty());
}

TEST_F(RingTest, CountsWhatIsReceivedAndNotReleased) {
  feed(ring_, "{}\n{}\n{");
  EXPECT_EQ(ring_.used(), Bytes{7});
  ring_.seal();
  const auto block = ring_.next();
  ring_.release(block->sequence);
  EXPECT_EQ(ring_.used(), Bytes{1});
}

// The reference: what the stream's lines are, whatever the cuts, seals and releases on the way.
TEST(Ring, GivesTheSameLinesForAnyCutOfTheBytes) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    MemorySegments store(small_ring().segment_size);
    Ring ring(small_ring(), store);
    std::string expected;
    std::string got;
    std::uint64_t session = 0;
    BlockSequence last{0};
    const auto consume = [&](bool release) {
      for (const Block& block : drain_with_marks(ring)) {
        ASSERT_EQ(block.sequence, last.next());
        last = block.sequence;
        got += "[" + std::to_string(block.session.value) + "]";
        got += block.bytes;
      }
      if (release) {
        ring.release(last);
      }
    };
    for (int i = 0; i < 20; ++i) {
      ++session;
      ring.open_session(ChannelId{session}, SessionId{session}, now);
      std::string sent;
      for (std::uint64_t lines = random() % 30; lines > 0; --lines) {
        sent += std::string(random() % (random() % 10 == 0 ? 990 : 120),
                            static_cast<char>('a' + random() % 26));
        sent += '\n';
      }
      sent += std::string(random() % 300, 'z');  // cut off, or nothing
      std::string_view rest = sent;
      while (!rest.empty()) {
        const std::size_t step = 1 + random() % (random() % 4 == 0 ? 2'000 : 50);
        const std::string_view piece = rest.substr(0, step);
        const std::string_view left = feed(ring, piece, step);
        rest.remove_prefix(piece.size() - left.size());
        if (random() % 5 == 0) {
          ring.seal();
        }
        consume(!left.empty() || random() % 3 == 0);
      }
      ring.close_session(DisconnectCause::ended);
      expected += sent;
      if (random() % 2 == 0) {
        consume(random() % 2 == 0);
      }
    }
    // A line that was carried while the ring was full is sealed once there is room.
    consume(true);
    ring.make_room();
    consume(true);
    // Marks of blocks aside, the bytes are those sent, and no block mixes two sessions.
    std::string bytes;
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (got[i] == '[') {
        i = got.find(']', i);
      } else {
        bytes += got[i];
      }
    }
    ASSERT_EQ(bytes, expected) << "seed " << seed;
    ASSERT_EQ(ring.used(), Bytes{0});
  }
}

TEST(Ring, KeepsSealedBytesUnchangedUntilTheirRelease) {
  std::mt19937_64 random(7);
  MemorySegments store(small_ring().segment_size);
  Ring ring(small_ring(), store);
  ring.open_session(ChannelId{1}, SessionId{1}, now);
  std::vector<std::pair<Block, std::string>> held;
  for (int i = 0; i < 2'000; ++i) {
    feed(ring, std::string(random() % 200, static_cast<char>('a' + random() % 26)) + "\n");
    for (const Block& block : drain(ring)) {
      held.emplace_back(block, std::string(block.bytes));
    }
    while (held.size() > 4) {
      for (const auto& [block, copy] : held) {
        ASSERT_EQ(block.bytes, copy);
      }
      ring.release(held.front().first.sequence);
      held.erase(held.begin());
    }
  }
}

}  // namespace
}  // namespace penstock::journal
