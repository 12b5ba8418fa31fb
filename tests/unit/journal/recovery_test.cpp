#include "journal/recovery.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <chrono>
#include <cstring>
#include <string>
#include <vector>

#include "penstock/journal/block_format.hpp"

namespace penstock::journal {
namespace {

constexpr JournalId journal{0x0123456789abcdef};
constexpr std::uint64_t boot = 77;

// A segment with some blocks one behind the other, and an open one.
class RecoveryTest : public testing::Test {
 protected:
  static constexpr std::size_t size = 4'096;

  void seal(std::uint64_t sequence, const std::string& data) {
    char* const start = bytes.data() + end;
    std::memcpy(start + block_header_size, data.data(), data.size());
    const Block block{.sequence = {sequence},
                      .channel = {1},
                      .session = {2},
                      .received_at = WallTime(std::chrono::milliseconds(1'700'000'000'123)),
                      .bytes = {start + block_header_size, data.size()},
                      .original_size = data.size()};
    write_block_header(block, HeaderSpan(start, block_header_size), journal);
    ends.push_back(end += block_footprint(data.size()));
    written.push_back(data);
  }
  void open(std::uint64_t sequence, const std::string& data, std::uint64_t in_boot = boot) {
    char* const start = bytes.data() + end;
    std::memcpy(start + block_header_size, data.data(), data.size());
    write_open_header({.sequence = {sequence},
                       .channel = {1},
                       .session = {2},
                       .received_at = WallTime(std::chrono::milliseconds(1'700'000'000'123)),
                       .filled = data.size()},
                      HeaderSpan(start, block_header_size), journal, in_boot);
  }
  static std::vector<std::string> read(std::vector<char>& segment, JournalId id = journal,
                                       std::uint64_t in_boot = boot) {
    const Recovered found = recover_blocks(segment, id, in_boot);
    std::vector<std::string> blocks;
    BlockSequence last;
    for (std::size_t offset = 0; offset < found.end;) {
      const auto next = find_block(std::span(segment).first(found.end), offset, last, id);
      if (!next) {
        break;
      }
      blocks.emplace_back(next->block.bytes);
      last = next->block.sequence;
      offset = next->offset + block_footprint(next->block.bytes.size());
    }
    EXPECT_EQ(last, found.last);
    return blocks;
  }
  void fill_some() {
    seal(7, "{\"a\":1}\n");
    seal(8, std::string(200, 'b') + "\n");
    seal(9, "");
    seal(10, "{\"c\":3}\n{\"d\":4}\n");
  }

  std::vector<char> bytes = std::vector<char>(size);
  std::size_t end = 0;
  std::vector<std::size_t> ends;
  std::vector<std::string> written;
};

TEST_F(RecoveryTest, FindsNothingInAnEmptySegment) {
  EXPECT_EQ(recover_blocks(bytes, journal, boot).end, 0u);
  EXPECT_EQ(recover_blocks(std::span<char>(), journal, boot).end, 0u);
}

TEST_F(RecoveryTest, FindsAllBlocks) {
  fill_some();
  const Recovered found = recover_blocks(bytes, journal, boot);
  EXPECT_EQ(found.end, end);
  EXPECT_EQ(found.first, BlockSequence{7});
  EXPECT_EQ(found.last, BlockSequence{10});
  EXPECT_EQ(found.last_session, SessionId{2});
  EXPECT_FALSE(found.damaged);
  EXPECT_EQ(read(bytes), written);
}

TEST_F(RecoveryTest, FindsThoseThatAreWholeAtEveryTruncation) {
  fill_some();
  for (std::size_t cut = 0; cut <= end; ++cut) {
    std::vector<char> truncated(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut));
    std::vector<std::string> whole;
    for (std::size_t i = 0, start = 0; i < ends.size(); start = ends[i++]) {
      if (start + block_header_size + written[i].size() <= cut) {
        whole.push_back(written[i]);
      }
    }
    EXPECT_EQ(read(truncated), whole) << "at " << cut;
  }
}

TEST_F(RecoveryTest, FindsTheOthersAroundEverySingleFlippedBit) {
  fill_some();
  for (std::size_t bit = 0; bit < end * 8; ++bit) {
    std::vector<char> damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    std::vector<std::string> undamaged;
    for (std::size_t i = 0, start = 0; i < ends.size(); start = ends[i++]) {
      const bool hit = bit / 8 >= start && bit / 8 < start + block_header_size + written[i].size();
      if (!hit) {
        undamaged.push_back(written[i]);
      }
    }
    ASSERT_EQ(read(damaged), undamaged) << "bit " << bit;
  }
}

TEST_F(RecoveryTest, SaysThatBlocksInBetweenAreDamaged) {
  fill_some();
  bytes[ends[0] + block_header_size] = 'x';
  EXPECT_TRUE(recover_blocks(bytes, journal, boot).damaged);
}

TEST_F(RecoveryTest, TakesAnEndThatIsTornForNoDamage) {
  fill_some();
  bytes[ends[2] + block_header_size] = 'x';
  EXPECT_FALSE(recover_blocks(bytes, journal, boot).damaged);
}

TEST_F(RecoveryTest, PassesOverWhatStandsThereFromAnEarlierUse) {
  seal(1, std::string(100, 'o') + "\n");
  seal(2, std::string(100, 'l') + "\n");
  seal(3, std::string(100, 'd') + "\n");
  const std::size_t old = ends[1];
  end = 0;
  written.clear();
  seal(9, "{\"a\":1}\n");
  ASSERT_LT(end, old);
  EXPECT_EQ(read(bytes), written);
}

TEST_F(RecoveryTest, TakesNothingOfAnotherJournal) {
  fill_some();
  EXPECT_EQ(read(bytes, JournalId{journal.value + 1}), (std::vector<std::string>{}));
}

TEST_F(RecoveryTest, SealsAllOfTheOpenBlock) {
  fill_some();
  open(11, "{\"e\":5}\n{\"f\":6}\n{\"g\"");
  written.emplace_back("{\"e\":5}\n{\"f\":6}\n{\"g\"");
  EXPECT_EQ(read(bytes), written);
  EXPECT_EQ(recover_blocks(bytes, journal, boot).last_session, SessionId{2});
  EXPECT_EQ(read(bytes), written) << "a second time, too";
}

TEST_F(RecoveryTest, SealsTheOpenBlockOfASegmentThatIsCutOffInItsPadding) {
  fill_some();
  open(11, "{\"e\":5}\n");
  written.emplace_back("{\"e\":5}\n");
  bytes.resize(end + block_header_size + written.back().size());
  EXPECT_EQ(read(bytes), written);
}

TEST_F(RecoveryTest, SealsTheBeginningOfALineThatIsTooLarge) {
  fill_some();
  open(11, "{\"e\":5} ");
  store_filled(HeaderSpan(bytes.data() + end, block_header_size), 8, 70'000);
  const Recovered found = recover_blocks(bytes, journal, boot);
  EXPECT_EQ(found.last, BlockSequence{11});
  const auto block =
      read_block(std::span(bytes).subspan(end), BlockCheck::structure_and_crc, journal);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->kind, BlockKind::oversized_line);
  EXPECT_EQ(block->bytes, "{\"e\":5} ");
  EXPECT_EQ(block->original_size, 70'000u);
}

TEST_F(RecoveryTest, DropsTheOpenBlockOfAnotherBoot) {
  fill_some();
  open(11, "{\"e\":5}\n", boot + 1);
  EXPECT_EQ(read(bytes), written);
}

TEST_F(RecoveryTest, DropsAnOpenBlockThatAnEarlierUseLeftBehind) {
  fill_some();
  open(10, "{\"e\":5}\n");
  EXPECT_EQ(read(bytes), written);
}

TEST_F(RecoveryTest, FindsTheOpenBlockOfASegmentThatWasUsedBefore) {
  fill_some();
  end = 0;
  written = {"{\"e\":5}\n"};
  open(11, written[0]);
  EXPECT_EQ(read(bytes), written);
}

TEST_F(RecoveryTest, PassesOverWhatIsNotNeededAnyMore) {
  fill_some();
  open(11, "{\"e\":5}\n");
  Recovered found = recover_blocks(bytes, journal, boot, BlockSequence{9});
  EXPECT_EQ(found.first, BlockSequence{10});
  EXPECT_EQ(found.last, BlockSequence{11});
  EXPECT_EQ(found.data_bytes, written[3].size() + 8);
  EXPECT_FALSE(found.damaged);
  found = recover_blocks(bytes, journal, boot, BlockSequence{11});
  EXPECT_EQ(found.end, 0u);
}

// A process may be killed between any two stores.
TEST_F(RecoveryTest, KnowsABlockInEveryStepOfItsSealing) {
  const std::string data = "{\"e\":5}\n{\"f\":6}\n";
  seal(1, data);
  const std::vector<char> sealed = bytes;
  end = 0;
  open(1, data);
  const std::vector<char> opened = bytes;
  const auto expect_it = [&](std::size_t stored, bool crc, bool magic) {
    std::vector<char> step = opened;
    std::memcpy(step.data() + 4, sealed.data() + 4, stored);
    std::memcpy(step.data() + 60, (crc ? sealed : opened).data() + 60, 4);
    std::memcpy(step.data(), (magic ? sealed : opened).data(), 4);
    ASSERT_EQ(read(step), (std::vector<std::string>{data})) << stored << crc << magic;
  };
  for (std::size_t stored = 0; stored <= 56; ++stored) {
    expect_it(stored, false, false);
  }
  expect_it(56, true, false);
  expect_it(56, true, true);
}

TEST_F(RecoveryTest, KnowsTheCopyOfABlockThatMoved) {
  const auto with = [](std::uint64_t first, std::uint64_t last) {
    Recovered found;
    found.first = {first};
    found.last = {last};
    return found;
  };
  EXPECT_TRUE(is_copy(with(1, 3), with(3, 3)));
  EXPECT_FALSE(is_copy(with(1, 3), with(3, 5))) << "it has more";
  EXPECT_FALSE(is_copy(with(1, 3), with(4, 4)));
}

// Else one that is killed meanwhile would leave something else.
TEST_F(RecoveryTest, WritesNothingToFindOutWhetherABlockWasSealed) {
  const std::size_t page = 4'096;
  void* const address =
      mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(address, MAP_FAILED);
  const std::span<char> segment(static_cast<char*>(address), page);
  write_open_header({.sequence = {1}, .channel = {}, .session = {}, .received_at = {}, .filled = 0},
                    segment.first<block_header_size>(), journal, boot);
  ASSERT_EQ(mprotect(address, page, PROT_READ), 0);
  finish_sealing(segment, journal);  // else it is a fault
  EXPECT_TRUE(read_open_block(segment, journal, boot));
  munmap(address, page);
}

}  // namespace
}  // namespace penstock::journal
