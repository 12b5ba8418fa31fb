// A journal in a directory of its own, and processes that have it one after the other.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "penstock/core/log.hpp"
#include "penstock/journal/directory.hpp"
#include "penstock/journal/ring.hpp"

namespace penstock::journal {

namespace fs = std::filesystem;

inline constexpr WallTime now{std::chrono::milliseconds(1'000)};
inline constexpr RingOptions small{.max_size = Bytes{65'536},
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

inline std::string lines(int from, int to) {
  std::string all;
  for (int i = from; i < to; ++i) {
    all += "{\"event\":" + std::to_string(i) + "}\n";
  }
  return all;
}

}  // namespace penstock::journal
