#include "penstock/journal/block_format.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace penstock::journal {
namespace {

// A block as it stands in a segment.
struct Stored {
  explicit Stored(const std::string& data) : bytes(block_footprint(data.size())) {
    std::memcpy(bytes.data() + block_header_size, data.data(), data.size());
    Block block;
    block.sequence = BlockSequence{7};
    block.channel = ChannelId{3};
    block.session = SessionId{2};
    block.received_at = WallTime(std::chrono::milliseconds(1'700'000'000'123));
    block.bytes = {bytes.data() + block_header_size, data.size()};
    block.original_size = data.size();
    write_block_header(block, std::span<char, block_header_size>(bytes.data(), block_header_size));
  }
  std::vector<char> bytes;
};

TEST(Crc32c, MatchesThePublishedVectors) {
  // RFC 3720 appendix B.4
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
}

TEST(Crc32c, GoesOnOverPieces) {
  const std::string text = "the bytes of a block, in two pieces";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(text.substr(cut), crc32c(text.substr(0, cut))), crc32c(text));
  }
}

TEST(BlockFormat, ReadsBackWhatWasWritten) {
  const Stored stored("{\"a\":1}\n");
  const auto block = read_block(stored.bytes, BlockCheck::structure_and_crc);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->sequence.value, 7u);
  EXPECT_EQ(block->channel.value, 3u);
  EXPECT_EQ(block->session.value, 2u);
  EXPECT_EQ(block->received_at.time_since_epoch().count(), 1'700'000'000'123);
  EXPECT_EQ(block->bytes, "{\"a\":1}\n");
  EXPECT_EQ(block->original_size, 8u);
  EXPECT_EQ(block->kind, BlockKind::lines);
}

TEST(BlockFormat, FindsEveryFlippedBit) {
  const Stored stored("{\"a\":1}\n{\"b\":2}\n");
  const std::size_t covered = block_header_size + 16;
  for (std::size_t bit = 0; bit < covered * 8; ++bit) {
    auto damaged = stored.bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(read_block(damaged, BlockCheck::structure_and_crc)) << "bit " << bit;
  }
}

TEST(BlockFormat, FindsEveryTruncation) {
  const Stored stored("{\"a\":1}\n");
  for (std::size_t size = 0; size < block_header_size + 8; ++size) {
    EXPECT_FALSE(read_block(std::span(stored.bytes).first(size), BlockCheck::structure));
  }
}

TEST(BlockFormat, KeepsBlocksAlignedWithRoomForOneNul) {
  for (const std::size_t length : {0u, 1u, 63u, 64u, 65u, 262'144u}) {
    EXPECT_EQ(block_footprint(length) % block_alignment, 0u);
    EXPECT_GT(block_footprint(length), block_header_size + length);
  }
}

}  // namespace
}  // namespace penstock::journal
