#include "penstock/journal/inspection.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/segment.hpp"
#include "penstock/core/log.hpp"
#include "penstock/journal/block_format.hpp"
#include "penstock/journal/directory.hpp"
#include "penstock/journal/ring.hpp"

namespace penstock::journal {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr RingOptions small{.max_size = Bytes{65'536},
                            .max_line = Bytes{1'000},
                            .segment_size = Bytes{8'192},
                            .block_size = Bytes{512}};
constexpr WallTime now{std::chrono::milliseconds(1'000)};

class InspectionTest : public testing::Test {
 protected:
  InspectionTest() {
    std::string name = testing::TempDir() + "inspected-XXXXXX";
    path_ = mkdtemp(name.data());
    start();
  }
  ~InspectionTest() override { fs::remove_all(path_); }

  std::string firehose() const { return path_ + "/firehose"; }
  void start() {
    auto opened = Directory::open({firehose(), SourceName("firehose"), small.segment_size}, log_);
    ASSERT_TRUE(opened);
    directory_ = std::move(*opened);
    ring_.emplace(small, *directory_);
  }
  void end() {
    ring_.reset();
    directory_.reset();
  }
  void receive(std::string_view lines) {
    const auto room = ring_->writable();
    ASSERT_GE(room.size(), lines.size());
    std::memcpy(room.data(), lines.data(), lines.size());
    ring_->received(lines.size(), now);
  }
  void receive_block(std::string_view lines) {
    receive(lines);
    ring_->seal();
  }
  Inspection inspected() {
    text_.clear();
    auto found = inspect(firehose(), [&](const Block& block) { text_ += block.bytes; });
    EXPECT_TRUE(found);
    return std::move(*found);
  }
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(firehose())) {
      std::ifstream file(entry.path(), std::ios::binary);
      files[entry.path()] = std::string(std::istreambuf_iterator<char>(file), {});
    }
    return files;
  }

  NoLog log_;
  std::string path_;
  std::unique_ptr<Directory> directory_;
  std::optional<Ring> ring_;
  std::string text_;
};

TEST_F(InspectionTest, ShowsWhatAStartWouldFindAndChangesNothing) {
  receive_block("{\"a\":1}\n{\"a\":2}\n");
  receive_block("{\"a\":3}\n");
  ring_->next();
  ring_->release(ring_->next()->sequence);
  receive_block("{\"a\":4}\n");
  receive("{\"a\":5}\n{\"a\":");
  end();
  const auto before = files();
  const Inspection found = inspected();
  EXPECT_EQ(files(), before);
  EXPECT_EQ(text_, "{\"a\":4}\n{\"a\":5}\n{\"a\":");
  EXPECT_EQ(found.source, "firehose");
  EXPECT_FALSE(found.in_use);
  EXPECT_THAT(found.damages, IsEmpty());
  ASSERT_EQ(found.segments.size(), 1u);
  EXPECT_EQ(found.segments[0].file, "1.segment");
  EXPECT_EQ(found.segments[0].received_from, now);
  EXPECT_EQ(found.blocks(), 2u);
  EXPECT_EQ(found.lines(), 3u) << "one that was cut off";
  EXPECT_EQ(found.data(), Bytes{text_.size()});

  start();
  std::string recovered;
  while (const auto block = ring_->next()) {
    recovered += block->bytes;
  }
  EXPECT_EQ(recovered, text_);
}

// While a daemon has it, an unfinished line is none yet.
TEST_F(InspectionTest, ShowsNoOpenBlockOfADaemon) {
  receive_block("{\"a\":1}\n");
  receive("{\"a\":2}\n{\"a\":");
  EXPECT_EQ(inspected().lines(), 1u);
  EXPECT_EQ(text_, "{\"a\":1}\n");
}

TEST_F(InspectionTest, SeesThatADaemonHasIt) {
  receive_block("{}\n");
  EXPECT_TRUE(inspected().in_use);
  end();
  EXPECT_FALSE(inspected().in_use);
  start();
}

TEST_F(InspectionTest, NamesBlocksThatCannotBeRead) {
  for (int i = 0; i < 4; ++i) {
    receive_block("{\"number\":" + std::to_string(i) + "}\n");
  }
  end();
  {
    std::fstream file(firehose() + "/1.segment", std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(block_footprint(13) + block_header_size));
    file << "X";
  }
  const Inspection found = inspected();
  EXPECT_EQ(text_, "{\"number\":0}\n{\"number\":2}\n{\"number\":3}\n");
  EXPECT_THAT(found.damages,
              ElementsAre("1.segment: bytes 128 to 255 are no block",
                          "1.segment: blocks are missing between the numbers 1 and 3"));
}

// It is being made, or its process was killed then.
TEST_F(InspectionTest, TakesAFileWithoutAByteForNoDamage) {
  receive_block("{}\n");
  std::ofstream(firehose() + "/9.segment");
  EXPECT_THAT(inspected().damages, IsEmpty());
}

TEST_F(InspectionTest, ShowsBlocksAsTheyWereCheckedWhateverIsWrittenThereMeanwhile) {
  receive_block("{\"a\":1}\n");
  receive_block("{\"a\":2}\n");
  ASSERT_TRUE(inspect(firehose(), [&](const Block& block) {
    std::fstream file(firehose() + "/1.segment", std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(text_.empty() ? 0 : block_footprint(8)));
    file << std::string(block_footprint(8), 'x') << std::flush;
    text_ += block.bytes;
  }));
  EXPECT_EQ(text_, "{\"a\":1}\n{\"a\":2}\n");
}

// Pipes that the file system lists between the two segments. The one that it lists first is `one`
// then.
std::vector<std::string> pipes_between(std::unique_ptr<Segment>& one,
                                       std::unique_ptr<Segment>& other) {
  std::vector<std::string> between;
  bool begun = false;
  for (const auto& entry : fs::directory_iterator(fs::path(one->path()).parent_path())) {
    if (entry.path() == one->path() || entry.path() == other->path()) {
      if (begun) {
        break;
      }
      begun = true;
      if (entry.path() == other->path()) {
        std::swap(one, other);
      }
    } else if (begun && entry.is_fifo()) {
      between.push_back(entry.path());
    }
  }
  return between;
}

// The segment that is looked at first is filled after that, and the other is begun.
TEST_F(InspectionTest, TakesNoBlocksThatCameMeanwhileForAHole) {
  receive_block("{\"a\":0}\n");
  auto one = directory_->take();
  std::vector<std::string> stops;  // pipes: opening one waits for who opens its other end
  const auto add_stop = [&] {
    stops.push_back(firehose() + "/" + std::to_string(100 + stops.size()) + ".segment");
    ASSERT_EQ(mkfifo(stops.back().c_str(), 0600), 0);
  };
  // Files are listed in the order in which they were made, or in any.
  while (stops.size() < 50) {
    add_stop();
  }
  auto other = directory_->take();
  std::vector<std::string> between = pipes_between(one, other);
  while (between.size() < 2) {
    ASSERT_LT(stops.size(), 10'000U);
    add_stop();
    between = pipes_between(one, other);
  }
  for (const std::string& stop : stops) {
    if (stop != between[0] && stop != between[1]) {
      fs::remove(stop);
    }
  }
  const std::string last = other->path();
  directory_->give_back(std::move(other));
  directory_->give_back(std::move(one));  // is taken first

  auto found = std::async(std::launch::async, [&] { return inspected(); });
  const Descriptor first_stop(::open(between[0].c_str(), O_WRONLY | O_CLOEXEC));
  const auto is_begun = [&] {
    std::ifstream file(last, std::ios::binary);
    return file.get() == 'P';
  };
  while (!is_begun()) {
    receive_block("{\"a\":\"" + std::string(400, 'x') + "\"}\n");
  }
  receive_block("{}\n");
  const Descriptor second_stop(::open(between[1].c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_THAT(found.get().damages, IsEmpty());
}

TEST_F(InspectionTest, NoticesThatTheFirstBlocksAreLost) {
  receive_block("{\"a\":1}\n");
  ring_->release(ring_->next()->sequence);
  receive_block("{\"a\":2}\n");
  receive_block("{\"a\":3}\n");
  end();
  {
    std::fstream file(firehose() + "/1.segment", std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(block_footprint(8)));
    file << "X";
  }
  EXPECT_THAT(inspected().damages,
              ElementsAre("1.segment: blocks are missing between the numbers 1 and 3"));
  EXPECT_EQ(text_, "{\"a\":3}\n");
}

TEST_F(InspectionTest, FindsTheJournalsOfAllSources) {
  const auto torrent =
      Directory::open({path_ + "/torrent", SourceName("torrent"), small.segment_size}, log_);
  fs::create_directory(path_ + "/other");
  EXPECT_THAT(*find_journals(path_), ElementsAre(firehose(), path_ + "/torrent"));
  EXPECT_THAT(*find_journals(firehose()), ElementsAre(firehose()));
  EXPECT_THAT(find_journals(path_ + "/other").error().what, HasSubstr("holds no journal"));
  EXPECT_THAT(find_journals(path_ + "/none").error().what, HasSubstr("can't read"));
}

}  // namespace
}  // namespace penstock::journal
