// A crash of the machine: of each page the disk has what it was when it was flushed, or any later
// state that the kernel happened to write back.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "journal/segment_file.hpp"
#include "penstock/core/log.hpp"
#include "penstock/journal/block_format.hpp"
#include "penstock/journal/directory.hpp"
#include "penstock/journal/ring.hpp"

namespace penstock::journal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t page = 4'096;
constexpr RingOptions options{.max_size = Bytes{40 * page},
                              .max_line = Bytes{2'000},
                              .segment_size = Bytes{4 * page},
                              .block_size = Bytes{3'000},
                              .sync_interval = Duration{1'000}};

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

// What a crash leaves: of each page one of its states since its file was flushed. A file that never
// was may be missing; one that was deleted may be there still.
class Disk {
 public:
  explicit Disk(std::string directory, std::uint64_t seed)
      : directory_(std::move(directory)), dice_(seed) {}

  void flushed(const std::string& name) {
    files_[name] = {.states = {bytes_of(directory_ + "/" + name)}, .is_named = true};
  }
  void look() {
    for (auto& [name, file] : files_) {
      file.is_there = fs::exists(directory_ + "/" + name);
    }
    for (const auto& entry : fs::directory_iterator(directory_)) {
      File& file = files_[entry.path().filename()];
      file.is_there = true;
      file.states.push_back(bytes_of(entry.path()));
    }
  }
  void crash_into(const std::string& directory) {
    for (const auto& [name, file] : files_) {
      const bool is_sure = file.is_there && file.is_named;
      if (is_sure || dice_() % 2 == 0) {
        std::ofstream(directory + "/" + name, std::ios::binary) << mixed(file);
      }
    }
  }

 private:
  struct File {
    std::vector<std::string> states;
    bool is_named = false;  // on disk
    bool is_there = true;
  };

  std::string mixed(const File& file) {
    std::string bytes;
    const std::size_t size = file.states.back().size();
    for (std::size_t from = 0; from < size; from += page) {
      // One that was never flushed has pages of zeros, too.
      const std::size_t state = dice_() % (file.states.size() + (file.is_named ? 0 : 1));
      bytes += state < file.states.size() ? file.states[state].substr(from, page)
                                          : std::string(std::min(page, size - from), '\0');
    }
    return bytes;
  }

  std::string directory_;
  std::mt19937_64 dice_;
  std::map<std::string, File> files_;  // by name
};

class MachineCrash : public testing::TestWithParam<std::uint64_t> {
 protected:
  MachineCrash() : dice_(GetParam()) {
    std::string name = testing::TempDir() + "crash-XXXXXX";
    path_ = mkdtemp(name.data());
    fs::create_directory(path_ + "/after");
  }
  ~MachineCrash() override { fs::remove_all(path_); }

  std::unique_ptr<Directory> open(const std::string& name, std::uint64_t boot) {
    auto opened = Directory::open({.path = path_ + "/" + name,
                                   .source = SourceName("firehose"),
                                   .segment_size = options.segment_size,
                                   .boot = boot},
                                  log_);
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }
  std::size_t up_to(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(dice_);
  }

  NoLog log_;
  std::mt19937_64 dice_;
  std::string path_;
};

constexpr WallTime at(int second) { return WallTime(std::chrono::seconds(second)); }

std::set<std::string> lines_of(std::string_view bytes) {
  std::set<std::string> lines;
  for (std::size_t end; (end = bytes.find('\n')) != bytes.npos; bytes.remove_prefix(end + 1)) {
    lines.emplace(bytes.substr(0, end));
  }
  return lines;
}

// False where there is no room for it.
bool receive(Ring& ring, std::string_view line, WallTime now) {
  while (!line.empty()) {
    const auto room = ring.writable();
    const std::size_t count = std::min(room.size(), line.size());
    if (count == 0) {
      return false;
    }
    std::memcpy(room.data(), line.data(), count);
    ring.received(count, now);
    line.remove_prefix(count);
  }
  return true;
}

TEST_P(MachineCrash, KeepsAllThatWasFlushed) {
  Disk disk(path_ + "/before", GetParam());
  std::set<std::string> received;  // lines, of what Kafka hasn't
  std::set<std::string> flushed;   // those of them that the disk must have
  BlockSequence released;
  {
    const auto directory = open("before", 1);
    Ring ring(options, *directory);
    std::deque<Block> read;
    disk.flushed("journal");
    const int end = 10 + static_cast<int>(up_to(40));
    for (int second = 1; second < end; ++second) {
      for (std::size_t i = 0, count = up_to(12); i < count; ++i) {
        const std::string line =
            std::to_string(second) + "-" + std::to_string(i) + std::string(up_to(1'500), 'x');
        if (!receive(ring, line + "\n", at(second))) {
          ring.close_session(DisconnectCause::aborted);  // the rest of the line won't come
          break;
        }
        received.insert(line);
      }
      if (up_to(9) < 2) {
        for (const auto& file : ring.take_unflushed(at(second + 1))) {
          disk.flushed(fs::path(file->path()).filename());
        }
        flushed = received;
      }
      while (const auto block = ring.next()) {
        read.push_back(*block);
      }
      for (std::size_t count = up_to(9) < 2 ? up_to(read.size()) : 0; count > 0; --count) {
        released = read.front().sequence;
        for (const std::string& line : lines_of(read.front().bytes)) {
          received.erase(line);
          flushed.erase(line);
        }
        read.pop_front();
      }
      ring.release(released);
      disk.look();
    }
  }
  disk.crash_into(path_ + "/after");

  const auto directory = open("after", 2);
  Ring ring(options, *directory);
  BlockSequence last;
  while (const auto block = ring.next()) {
    EXPECT_GT(block->sequence, last);
    last = block->sequence;
    for (const std::string& line : lines_of(block->bytes)) {
      flushed.erase(line);
      // Below the position that Kafka has, it may be what was published long ago.
      EXPECT_TRUE(block->sequence <= released || received.contains(line)) << line.substr(0, 10);
    }
  }
  EXPECT_TRUE(flushed.empty()) << flushed.size() << " lost, " << flushed.begin()->substr(0, 10);
}

INSTANTIATE_TEST_SUITE_P(Seeds, MachineCrash, testing::Range<std::uint64_t>(1, 201));

}  // namespace
}  // namespace penstock::journal
