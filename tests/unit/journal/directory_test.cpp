#include "penstock/journal/directory.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/segment.hpp"
#include "penstock/core/log.hpp"
#include "penstock/journal/block_format.hpp"
#include "penstock/journal/ring.hpp"

namespace penstock::journal {
namespace {

namespace fs = std::filesystem;

constexpr WallTime now{std::chrono::milliseconds(1'000)};
constexpr RingOptions small{.max_size = Bytes{65'536},
                            .max_line = Bytes{1'000},
                            .segment_size = Bytes{8'192},
                            .block_size = Bytes{512}};

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = testing::TempDir() + "journal-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~TemporaryDirectory() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/journal/" + name; }
  std::size_t count(const std::string& extension) const {
    std::size_t found = 0;
    for (const auto& entry : fs::directory_iterator(path_ + "/journal")) {
      found += entry.path().extension() == extension ? 1U : 0U;
    }
    return found;
  }

 private:
  std::string path_;
};

// What a process has of a journal. Destroyed, it is as if it had been killed.
struct Process {
  explicit Process(const std::string& path, const std::string& source = "firehose")
      : directory(Directory::open({path + "/journal", SourceName(source), small.segment_size}, log)
                      .value()),
        ring(small, *directory) {}

  void receive(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto room = ring.writable();
      ASSERT_FALSE(room.empty());
      const std::size_t count = std::min(room.size(), bytes.size());
      std::memcpy(room.data(), bytes.data(), count);
      ring.received(count, now);
      bytes.remove_prefix(count);
    }
  }
  // Blocks that can be read now, their data one behind the other.
  std::string read() {
    std::string all;
    while (const auto block = ring.next()) {
      all += block->bytes;
      blocks.push_back(*block);
    }
    return all;
  }

  NoLog log;
  std::unique_ptr<Directory> directory;
  Ring ring;
  std::vector<Block> blocks;
};

std::string lines(int from, int to) {
  std::string all;
  for (int i = from; i < to; ++i) {
    all += "{\"event\":" + std::to_string(i) + "}\n";
  }
  return all;
}

TEST(DirectoryTest, GivesBackWhatAKilledProcessReceived) {
  const TemporaryDirectory temporary;
  {
    Process first(temporary.path());
    first.ring.open_session(ChannelId{1}, SessionId{4}, now);
    first.receive(lines(0, 1'000) + "{\"unfinished\"");
  }
  Process second(temporary.path());
  EXPECT_EQ(second.read(), lines(0, 1'000));
  EXPECT_EQ(second.ring.last_recovered_session(), SessionId{4});
  EXPECT_EQ(second.blocks.front().kind, BlockKind::session_opened);
  for (const Block& block : second.blocks) {
    EXPECT_TRUE(block.recovered);
    EXPECT_EQ(block.session, SessionId{4});
  }
}

TEST(DirectoryTest, GivesBackEveryWholeLineOfABlockThatWasStillOpen) {
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
    EXPECT_EQ(second.read(), text.substr(0, text.rfind('\n', received - 1) + 1));
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
  {
    std::fstream file(temporary.file("1.segment"), std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(offset));
    file << "X";
  }
  Process second(temporary.path());
  EXPECT_EQ(second.read(), expected);
  EXPECT_FALSE(follows(second.blocks[0].sequence, second.blocks[1].sequence));
  EXPECT_EQ(temporary.count(".damaged"), 1u);
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

TEST(DirectoryTest, HasOneOwner) {
  const TemporaryDirectory temporary;
  NoLog log;
  const DirectoryOptions options{temporary.path() + "/journal", SourceName("firehose"),
                                 small.segment_size};
  const auto first = Directory::open(options, log);
  ASSERT_TRUE(first);
  const auto second = Directory::open(options, log);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("in use by another process"), std::string::npos);
}

TEST(DirectoryTest, RefusesWhatIsNotItsOwn) {
  const TemporaryDirectory temporary;
  NoLog log;
  const auto refusal = [&](const std::string& source) {
    const auto opened = Directory::open(
        {temporary.path() + "/journal", SourceName(source), small.segment_size}, log);
    return opened ? "" : opened.error().what;
  };
  const auto describe = [&](const std::string& text) {
    std::ofstream(temporary.file("journal"), std::ios::trunc) << text;
  };
  EXPECT_EQ(refusal("firehose"), "");
  EXPECT_NE(refusal("torrent").find("is of the source firehose, not of torrent"),
            std::string::npos);
  describe("version=2\nid=1\nsource=firehose\nprocesses=1\n");
  EXPECT_NE(refusal("firehose").find("run the newer one"), std::string::npos);
  describe("what?\n");
  EXPECT_NE(refusal("firehose").find("can't be read: restore it"), std::string::npos);
  fs::remove(temporary.file("journal"));
  EXPECT_EQ(refusal("firehose"), "") << "there is nothing in it";
  std::ofstream(temporary.file("1.segment")) << "blocks";
  fs::remove(temporary.file("journal"));
  EXPECT_NE(refusal("firehose").find("is missing, and there are segments"), std::string::npos);
}

// On a full disk there is no other.
TEST(DirectoryTest, IsDescribedAnewInTheRoomOfTheTwoFilesThatItHas) {
  const TemporaryDirectory temporary;
  const auto inode = [&](const std::string& name) {
    struct stat about {};
    EXPECT_EQ(::stat(temporary.file(name).c_str(), &about), 0) << name;
    return about.st_ino;
  };
  { Process first(temporary.path()); }
  const std::set<ino_t> files{inode("journal"), inode("journal.new")};
  BlockSequence last;
  for (int start = 0; start < 12; ++start) {  // their number comes to have two digits
    if (start == 6) {
      std::ofstream(temporary.file("journal.new"), std::ios::app) << std::string(1'000, 'x');
    }
    Process next(temporary.path());
    EXPECT_EQ((std::set{inode("journal"), inode("journal.new")}), files);
    EXPECT_GT(next.directory->first_sequence(), last);
    last = next.directory->first_sequence();
  }
  std::ifstream description(temporary.file("journal"));
  const std::string text(std::istreambuf_iterator<char>(description), {});
  EXPECT_TRUE(text.ends_with("\nprocesses=13\n")) << text;
}

TEST(DirectoryTest, RefusesToStartWithoutASegmentThatCannotBeReadNow) {
  const TemporaryDirectory temporary;
  {
    Process killed(temporary.path());
    killed.receive(lines(0, 10));
  }
  fs::rename(temporary.file("1.segment"), temporary.file("hidden"));
  fs::create_symlink("1.segment", temporary.file("1.segment"));
  NoLog log;
  const DirectoryOptions options{temporary.path() + "/journal", SourceName("firehose"),
                                 small.segment_size};
  const auto refused = Directory::open(options, log);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("1.segment: Too many levels"), std::string::npos)
      << refused.error().what;
  fs::rename(temporary.file("hidden"), temporary.file("1.segment"));
  Process second(temporary.path());
  EXPECT_EQ(second.read(), lines(0, 10));
}

class CountingLog final : public Log {
 public:
  void write(LogLevel, std::string_view event, std::initializer_list<LogField>) override {
    ++counts[std::string(event)];
  }
  std::map<std::string, int> counts;  // by event
};

TEST(DirectoryTest, TellsEachTimeThatItCannotGrow) {
  const TemporaryDirectory temporary;
  CountingLog log;
  const std::string path = temporary.path() + "/journal";
  const auto directory =
      Directory::open({path, SourceName("firehose"), small.segment_size}, log).value();
  auto first = directory->take();
  fs::rename(path, temporary.path() + "/away");  // no file can be made
  const auto& told = log.counts["the journal can't grow: reading stops until there is room"];
  for (int times = 1; times < 3; ++times) {
    EXPECT_FALSE(directory->take());
    EXPECT_FALSE(directory->take());
    EXPECT_EQ(told, times) << "once until there is room";
    directory->give_back(std::move(first));
    ASSERT_TRUE(first = directory->take());
  }
}

TEST(DirectoryTest, StopsReadingABacklogWhereItIsTold) {
  const TemporaryDirectory temporary;
  {
    Process killed(temporary.path());
    killed.receive(lines(0, 10));
  }
  NoLog log;
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = Directory::open({.path = temporary.path() + "/journal",
                                        .source = SourceName("firehose"),
                                        .segment_size = small.segment_size,
                                        .stop = stop.get_token()},
                                       log);
  ASSERT_FALSE(stopped);
  EXPECT_NE(stopped.error().what.find("was stopped"), std::string::npos);
  Process second(temporary.path());
  EXPECT_EQ(second.read(), lines(0, 10));
}

TEST(DirectoryTest, StartsWithFilesThatAreNone) {
  const TemporaryDirectory temporary;
  { Process first(temporary.path()); }
  std::ofstream(temporary.file("7.segment"));
  std::ofstream(temporary.file("8.segment")) << std::string(10'000, 'x');
  std::ofstream(temporary.file("notes.txt")) << "mine";
  Process second(temporary.path());
  EXPECT_EQ(second.read(), "");
  second.receive(lines(0, 10));
  second.ring.seal();
  EXPECT_EQ(second.read(), lines(0, 10));
}

}  // namespace
}  // namespace penstock::journal
