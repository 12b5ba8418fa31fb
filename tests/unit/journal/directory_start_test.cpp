// Whether a journal can be had, and what is told where it can't.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stop_token>
#include <string>

#include "journal/segment.hpp"
#include "penstock/journal/directory.hpp"
#include "unit/journal/killed_process.hpp"

namespace penstock::journal {
namespace {

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
  EXPECT_NE(refusal("firehose").find("can't be read: move journal.new"), std::string::npos);
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

// Else its blocks would count as those that Kafka has of the process before.
TEST(DirectoryTest, GoesOnBehindItsBlocksWhereItsDescriptionIsAnOlderOne) {
  for (const bool released : {false, true}) {
    const TemporaryDirectory temporary;
    { Process first(temporary.path()); }
    BlockSequence last;
    {
      Process second(temporary.path());
      second.receive(lines(0, 10));
      second.ring.seal();
      second.read();
      last = second.blocks.back().sequence;
      if (released) {
        second.ring.release(last);
      }
    }
    fs::rename(temporary.file("journal.new"), temporary.file("journal"));
    for (int start = 0; start < 2; ++start) {
      Process next(temporary.path());
      EXPECT_GT(next.directory->first_sequence(), last) << released;
      last = next.directory->first_sequence();
    }
  }
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

}  // namespace
}  // namespace penstock::journal
