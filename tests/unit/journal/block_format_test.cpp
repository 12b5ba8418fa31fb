#include "penstock/journal/block_format.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "penstock/journal/crc32c.hpp"

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
  EXPECT_TRUE(
      read_block(std::span(stored.bytes).first(block_header_size + 8), BlockCheck::structure));
}

// What is filled changes with each byte that comes, so that no checksum covers it.
TEST(BlockFormat, ReadsNoOpenBlockThatIsFilledBeyondItsSegment) {
  std::vector<char> segment(block_header_size + 8);
  const HeaderSpan header(segment.data(), block_header_size);
  write_open_header({.sequence = {1}, .channel = {}, .session = {}, .received_at = {}, .filled = 7},
                    header, {}, 1);
  for (const std::uint64_t filled : {0u, 8u}) {
    store_filled(header, filled);
    ASSERT_TRUE(read_open_block(segment, {}, 1));
    EXPECT_EQ(read_open_block(segment, {}, 1)->filled, filled);
  }
  store_filled(header, 9);
  EXPECT_FALSE(read_open_block(segment, {}, 1));
  store_filled(header, ~std::uint64_t{0});
  EXPECT_FALSE(read_open_block(segment, {}, 1));
}

// `| 8 | 8 | `sequence` |` of docs/journal-format.md, by name.
std::map<std::string, std::pair<std::size_t, std::size_t>> documented_fields() {
  std::ifstream page(std::string(PENSTOCK_SOURCE_DIR) + "/docs/journal-format.md");
  const std::regex row(R"(\| (\d+) \| (\d+) \| `(\w+)`.*)");
  std::map<std::string, std::pair<std::size_t, std::size_t>> fields;
  std::smatch found;
  for (std::string line; std::getline(page, line);) {
    if (std::regex_match(line, found, row)) {
      fields[found[3]] = {std::stoul(found[1]), std::stoul(found[2])};
    }
  }
  return fields;
}

TEST(BlockFormat, IsAsItsPageSays) {
  constexpr JournalId journal{0xfeed};
  const std::string data = "{\"a\":1}\n";
  const Block block{.sequence = {0x1111},
                    .channel = {0x2222},
                    .session = {0x3333},
                    .kind = BlockKind::oversized_line,
                    .received_at = WallTime(std::chrono::milliseconds(0x4444)),
                    .bytes = data,
                    .original_size = 0x5555,
                    .cause = DisconnectCause::stalled};
  std::vector<char> sealed(block_header_size), open(block_header_size);
  write_block_header(block, HeaderSpan(sealed), journal);
  write_open_header({.sequence = {0x1111},
                     .channel = {0x2222},
                     .session = {0x3333},
                     .received_at = WallTime(std::chrono::milliseconds(0x4444)),
                     .filled = 0x6666},
                    HeaderSpan(open), journal, 0x7777);
  const auto fields = documented_fields();
  const auto value = [&](const std::vector<char>& header, const std::string& name) {
    const auto [offset, size] = fields.at(name);
    std::uint64_t number = 0;
    std::memcpy(&number, header.data() + offset, size);
    return number;
  };
  const auto id = std::string("\xed\xfe\0\0\0\0\0\0", 8);
  const auto bytes = [](const std::vector<char>& header, std::size_t from, std::size_t to) {
    return std::string(header.data() + from, to - from);
  };
  EXPECT_EQ(fields.size(), 14u);
  EXPECT_EQ(value(sealed, "magic"), block_magic);
  EXPECT_EQ(value(sealed, "version"), block_version);
  EXPECT_EQ(value(sealed, "kind"), 1u);
  EXPECT_EQ(value(sealed, "cause"), static_cast<std::uint64_t>(DisconnectCause::stalled));
  EXPECT_EQ(value(sealed, "original_size"), 0x5555u);
  EXPECT_EQ(value(sealed, "length"), data.size());
  EXPECT_EQ(value(sealed, "header_crc"), crc32c(id + bytes(sealed, 0, 56)));
  EXPECT_EQ(value(sealed, "crc"), crc32c(id + bytes(sealed, 0, 60) + data));
  EXPECT_EQ(value(open, "magic"), open_magic);
  EXPECT_EQ(value(open, "filled"), 0x6666u);
  EXPECT_EQ(value(open, "open_crc"),
            crc32c(id + std::string("\x77\x77\0\0\0\0\0\0", 8) + bytes(open, 8, 40)));
  for (const auto& header : {sealed, open}) {
    EXPECT_EQ(value(header, "sequence"), 0x1111u);
    EXPECT_EQ(value(header, "channel"), 0x2222u);
    EXPECT_EQ(value(header, "session"), 0x3333u);
    EXPECT_EQ(value(header, "received_at"), 0x4444u);
  }
}

TEST(BlockFormat, KeepsBlocksAligned) {
  for (const std::size_t length : {0u, 1u, 63u, 64u, 65u, 262'144u}) {
    EXPECT_EQ(block_footprint(length) % block_alignment, 0u);
    EXPECT_GE(block_footprint(length), block_header_size + length);
    EXPECT_LT(block_footprint(length), block_header_size + length + block_alignment);
  }
}

}  // namespace
}  // namespace penstock::journal
