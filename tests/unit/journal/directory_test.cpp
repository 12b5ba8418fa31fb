#include "penstock/journal/directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/segment.hpp"
#include "penstock/core/log.hpp"
#include "penstock/journal/block_format.hpp"
#include "penstock/journal/ring.hpp"
#include "unit/journal/killed_process.hpp"

namespace penstock::journal {
namespace {

TEST(DirectoryTest, GivesBackWhatAKilledProcessReceived) {
  const TemporaryDirectory temporary;
  {
    Process first(temporary.path());
    first.ring.open_session(ChannelId{1}, SessionId{4}, now);
    first.receive(lines(0, 1'000) + "{\"unfinished\"");
  }
  Process second(temporary.path());
  EXPECT_EQ(second.read(), lines(0, 1'000) + "{\"unfinished\"");
  EXPECT_EQ(second.ring.last_recovered_session(), SessionId{4});
  EXPECT_EQ(second.blocks.front().kind, BlockKind::session_opened);
  for (const Block& block : second.blocks) {
    EXPECT_TRUE(block.recovered);
    EXPECT_EQ(block.session, SessionId{4});
  }
}

// The line that it was killed in is its session's last: what it is worth is for extraction to say.
TEST(DirectoryTest, GivesBackEveryByteOfABlockThatWasStillOpen) {
  const std::string text = lines(0, 3);
  for (std::size_t received = 1; received <= text.size(); ++received) {
    const TemporaryDirectory temporary;
    {
      Process first(temporary.path());
      for (const char byte : text.substr(0, received)) {
        first.receive({&byte, 1});
      }
    }
    Process second(temporary.path());
    EXPECT_EQ(second.read(), text.substr(0, received));
  }
}

TEST(DirectoryTest, GivesBackTheBeginningOfALineThatMovedToTheNextBlock) {
  for (const std::size_t length : {3u, 900u}) {
    const TemporaryDirectory temporary;
    const std::string text = lines(0, 10) + std::string(length, 'x');
    {
      Process first(temporary.path());
      first.receive(text);
      first.ring.seal();
    }
    EXPECT_EQ(Process(temporary.path()).read(), text);
  }
}

TEST(DirectoryTest, KeepsTheLinesOfTwoSessionsApart) {
  const TemporaryDirectory temporary;
  {
    Process first(temporary.path());
    first.ring.open_session(ChannelId{1}, SessionId{1}, now);
    first.receive("{\"a\":1}\n{\"b\":");
  }
  {
    Process second(temporary.path());
    second.ring.open_session(ChannelId{1}, SessionId{2}, now);
    second.receive("2}\n");
  }
  Process third(temporary.path());
  third.read();
  std::erase_if(third.blocks, [](const Block& block) { return block.is_mark(); });
  ASSERT_EQ(third.blocks.size(), 2u);
  EXPECT_EQ(third.blocks[0].bytes, "{\"a\":1}\n{\"b\":");
  EXPECT_EQ(third.blocks[0].session, SessionId{1});
  EXPECT_EQ(third.blocks[1].bytes, "2}\n");
  EXPECT_EQ(third.blocks[1].session, SessionId{2});
}

// Its beginning alone could be taken for an event.
TEST(DirectoryTest, GivesBackALineThatIsTooLargeAsOne) {
  for (const std::string before : {"", "{\"a\":1}\n"}) {
    const TemporaryDirectory temporary;
    const std::string line = "{\"b\":2}" + std::string(1'500, ' ');
    {
      Process first(temporary.path());
      first.receive(before + line.substr(0, 900));
      first.receive(line.substr(900));
    }
    Process second(temporary.path());
    EXPECT_EQ(second.read(), before + line.substr(0, small.max_line.count));
    ASSERT_FALSE(second.blocks.empty());
    EXPECT_EQ(second.blocks.back().kind, BlockKind::oversized_line);
    EXPECT_EQ(second.blocks.back().original_size, line.size());
  }
}

std::string content(const std::string& file) {
  std::ifstream bytes(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(bytes), {}};
}

// Killed in any step of its move to another segment, it is there once, and is no damage.
TEST(DirectoryTest, GivesBackALineOnceThatMovedToAnotherSegment) {
  const std::string open("PSO1"), none(4, '\0');
  const std::pair<std::string, std::string> steps[] = {{open, none}, {open, open}, {none, open}};
  for (const bool alone : {false, true}) {  // all before it was released
    for (const auto& [old_magic, new_magic] : steps) {
      const TemporaryDirectory temporary;
      std::string expected, tail;
      {
        Process first(temporary.path());
        for (int i = 0; expected.size() < 7'200; ++i) {
          expected += lines(i, i + 1);
        }
        first.receive(expected);
        first.ring.seal();
        if (alone) {
          first.read();
          first.ring.release(first.blocks.back().sequence);
          expected.clear();
        }
        for (;;) {
          ASSERT_LT(tail.size(), small.max_line.count);
          const auto room = first.ring.writable();
          if (temporary.count(".segment") == 2) {
            break;
          }
          const std::string piece(std::min<std::size_t>(room.size(), 100), 'x');
          first.receive(piece);
          tail += piece;
        }
        ASSERT_GT(tail.size(), small.block_size.count);
      }
      const std::size_t at = content(temporary.file("1.segment")).find(tail);
      ASSERT_NE(at, std::string::npos);
      const auto put = [&](const std::string& name, std::size_t offset, const std::string& magic) {
        std::fstream file(temporary.file(name), std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(offset));
        file << magic;
      };
      EXPECT_EQ(content(temporary.file("1.segment")).substr(at - block_header_size, 4), none);
      put("1.segment", at - block_header_size, old_magic);
      put("2.segment", 0, new_magic);
      for (int start = 0; start < 2; ++start) {
        Process next(temporary.path());
        ASSERT_EQ(next.read(), expected + tail) << old_magic << new_magic << start;
        EXPECT_EQ(temporary.count(".damaged"), 0u);
        if (start == 1) {
          next.ring.release(next.blocks.back().sequence);
          EXPECT_EQ(next.ring.used(), Bytes{0});
        }
      }
    }
  }
}

// What it took, that is: a full ring takes nothing, wherever an oversized line ends in it.
TEST(DirectoryTest, GivesBackTheLinesBehindAnOversizedOneWhenItWasFull) {
  int ended = 0;
  for (int before = 3'690; before < 3'770; before += 2) {
    const TemporaryDirectory temporary;
    std::string taken;
    {
      Process first(temporary.path());
      first.ring.open_session(ChannelId{1}, SessionId{1}, now);
      for (std::string_view text :
           {lines(0, before) + std::string(1'500, 'y'), "\n" + lines(before, before + 1'000)}) {
        for (auto room = first.ring.writable(); !room.empty() && !text.empty();
             room = first.ring.writable()) {
          const std::size_t count = text.copy(room.data(), room.size());
          first.ring.received(count, now);
          taken += text.substr(0, count);
          text.remove_prefix(count);
        }
      }
    }
    ended += taken.ends_with('y') ? 0 : 1;
    std::string kept = Process(temporary.path()).read();
    std::erase(kept, 'y');
    const auto begun = std::min(taken.find('y'), taken.size());
    taken.erase(begun, taken.find_first_not_of("y\n", begun) - begun);
    taken.erase(taken.rfind('\n') + 1);
    kept.erase(kept.rfind('\n') + 1);
    ASSERT_EQ(kept, taken) << before;
  }
  EXPECT_GT(ended, 0);
}

TEST(DirectoryTest, GoesOnBehindIt) {
  const TemporaryDirectory temporary;
  {
    Process first(temporary.path());
    first.receive(lines(0, 100));
  }
  BlockSequence last;
  {
    Process second(temporary.path());
    second.receive(lines(100, 200));
    second.ring.seal();
    EXPECT_EQ(second.read(), lines(0, 200));
    EXPECT_FALSE(second.blocks.back().recovered);
    last = second.blocks.back().sequence;
    second.receive(lines(200, 250));
  }
  Process third(temporary.path());
  EXPECT_EQ(third.read(), lines(0, 250));
  for (std::size_t i = 1; i < third.blocks.size(); ++i) {
    EXPECT_TRUE(follows(third.blocks[i - 1].sequence, third.blocks[i].sequence));
  }
  EXPECT_GT(third.blocks.back().sequence, last);
}

TEST(DirectoryTest, ForgetsWhatWasReleased) {
  const TemporaryDirectory temporary;
  {
    Process first(temporary.path());
    first.receive(lines(0, 2'000));
    first.ring.seal();
    first.read();
    first.ring.release(first.blocks.back().sequence);
    first.receive(lines(2'000, 2'010));
  }
  Process second(temporary.path());
  const std::string found = second.read();
  EXPECT_EQ(found, lines(2'000, 2'010));
  second.ring.release(second.blocks.back().sequence);
  EXPECT_EQ(second.ring.used(), Bytes{0});
  EXPECT_LE(temporary.count(".segment"), 2u) << "kept for reuse";
}

TEST(DirectoryTest, GivesBackMoreRatherThanLessWhereItIsNotKnownWhatWasReleased) {
  const TemporaryDirectory temporary;
  {
    Process first(temporary.path());
    first.receive(lines(0, 10));
    first.ring.seal();
    first.read();
    first.ring.release(first.blocks.back().sequence);
    first.receive(lines(10, 20));
  }
  {
    std::fstream file(temporary.file("released"), std::ios::in | std::ios::out);
    file << "\x7f\x7f\x7f";
  }
  Process second(temporary.path());
  EXPECT_EQ(second.read(), lines(0, 20));
}

void damage(const std::string& file, std::size_t offset) {
  std::fstream segment(file, std::ios::in | std::ios::out);
  segment.seekp(static_cast<std::streamoff>(offset));
  segment << "X";
}

TEST(DirectoryTest, ReadsOnBehindADamagedBlockAndKeepsACopy) {
  const TemporaryDirectory temporary;
  std::string expected;
  std::size_t offset = 0;
  {
    Process first(temporary.path());
    for (int i = 0; i < 4; ++i) {
      const std::string part = lines(10 * i, 10 * i + 10);
      first.receive(part);
      first.ring.seal();
      if (i == 1) {
        offset = block_footprint(expected.size()) + block_header_size;
      } else {
        expected += part;
      }
    }
  }
  damage(temporary.file("1.segment"), offset);
  Process second(temporary.path());
  EXPECT_EQ(second.read(), expected);
  EXPECT_FALSE(follows(second.blocks[0].sequence, second.blocks[1].sequence));
  EXPECT_EQ(temporary.count(".damaged"), 1u);
}

TEST(DirectoryTest, KeepsACopyOfASegmentWhoseEndIsDamaged) {
  const TemporaryDirectory temporary;
  std::size_t offset = 0;  // of the last block of the first segment
  {
    Process first(temporary.path());
    first.receive(lines(0, 800));
    first.ring.seal();
    first.read();
    ASSERT_EQ(temporary.count(".segment"), 2u);
    for (std::size_t i = 0, end = 0; i < first.blocks.size(); ++i) {
      const std::size_t next = end + block_footprint(first.blocks[i].bytes.size());
      if (next > small.segment_size.count) {
        break;
      }
      offset = std::exchange(end, next);
    }
  }
  damage(temporary.file("1.segment"), offset + block_header_size);
  Process second(temporary.path());
  EXPECT_LT(second.read().size(), lines(0, 800).size());
  EXPECT_TRUE(fs::exists(temporary.file("1.damaged")));
  EXPECT_EQ(temporary.count(".damaged"), 1u);
}

TEST(DirectoryTest, KeepsACopyOfASegmentOfWhichNothingCanBeRead) {
  for (const std::size_t offset : {std::size_t{9}, block_header_size}) {  // the header, the data
    const TemporaryDirectory temporary;
    {
      Process first(temporary.path());
      first.receive(lines(0, 10));
      first.ring.seal();
    }
    damage(temporary.file("1.segment"), offset);
    Process second(temporary.path());
    EXPECT_EQ(second.read(), "");
    EXPECT_EQ(temporary.count(".damaged"), 1u) << offset;
  }
}

// It is killed wherever it stands in one segment or the next; so are those after it.
TEST(DirectoryTest, TakesNothingThatAKilledProcessLeftForDamage) {
  for (int received = 0; received < 1'500; received += 37) {
    const TemporaryDirectory temporary;
    for (int process = 0; process < 4; ++process) {
      Process killed(temporary.path());
      killed.ring.open_session(ChannelId{1}, SessionId{1}, now);
      killed.read();
      if (process == 2 && !killed.blocks.empty()) {
        killed.ring.release(killed.blocks[killed.blocks.size() / 2].sequence);
      }
      killed.receive(lines(0, received) + "{\"unfinished\"");
    }
    ASSERT_EQ(temporary.count(".damaged"), 0u) << received;
  }
}

std::size_t mapped_segments(const std::string& directory) {
  std::ifstream maps("/proc/self/maps");
  std::size_t found = 0;
  for (std::string line; std::getline(maps, line);) {
    const bool here = line.find(directory) != std::string::npos;
    found += here && line.find(".segment") != std::string::npos ? 1U : 0U;
  }
  return found;
}

TEST(DirectoryTest, MapsFewSegmentsHoweverManyThereAre) {
  const TemporaryDirectory temporary;
  const std::string all = lines(0, 3'500);
  ASSERT_GT(all.size(), 5 * small.segment_size.count);
  {
    Process first(temporary.path());
    first.receive(all);
    EXPECT_LE(mapped_segments(temporary.path()), 2u) << "the first unread, the open one";
  }
  Process second(temporary.path());
  EXPECT_GE(temporary.count(".segment"), 6u);
  EXPECT_LE(mapped_segments(temporary.path()), 1u);
  std::string found;
  while (const auto block = second.ring.next()) {
    found += block->bytes;
    second.ring.release(block->sequence);
    EXPECT_LE(mapped_segments(temporary.path()), 5u) << "two are kept for reuse";
  }
  EXPECT_EQ(found, all);
}

TEST(DirectoryTest, TakesNoSegmentWhereItEndsAndNothingWasReceived) {
  const TemporaryDirectory temporary;
  Process never_connected(temporary.path());
  never_connected.ring.finish();
  EXPECT_EQ(temporary.count(".segment"), 0u);
}

TEST(DirectoryTest, StartsWithFilesThatAreNone) {
  const TemporaryDirectory temporary;
  { Process first(temporary.path()); }
  std::ofstream(temporary.file("7.segment"));
  std::ofstream(temporary.file("8.segment")) << std::string(10'000, 'x');
  std::ofstream(temporary.file("notes.txt")) << "mine";
  Process second(temporary.path());
  EXPECT_EQ(second.read(), "");
  EXPECT_FALSE(fs::exists(temporary.file("7.segment"))) << "without a byte";
  second.receive(lines(0, 10));
  second.ring.seal();
  EXPECT_EQ(second.read(), lines(0, 10));
}

}  // namespace
}  // namespace penstock::journal
