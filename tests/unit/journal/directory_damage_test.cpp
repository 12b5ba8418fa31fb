// Copies of damaged segments are evidence: whole, and not lost to later ones.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "journal/segment.hpp"
#include "penstock/journal/block_format.hpp"
#include "unit/journal/killed_process.hpp"

namespace penstock::journal {
namespace {

std::string content(const std::string& file) {
  std::ifstream bytes(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(bytes), {}};
}

// Leaves two blocks, the first of which can't be read. Returns what the file has then.
std::string leave_damage(const TemporaryDirectory& temporary, int line) {
  {
    Process killed(temporary.path());
    killed.read();
    if (!killed.blocks.empty()) {
      killed.ring.release(killed.blocks.back().sequence);
    }
    for (int i = 0; i < 2; ++i) {
      killed.receive(lines(line + i, line + i + 1));
      killed.ring.seal();
    }
  }
  std::fstream file(temporary.file("1.segment"), std::ios::in | std::ios::out);
  const std::string text = lines(line, line + 1);
  file.seekp(static_cast<std::streamoff>(content(temporary.file("1.segment")).find(text)));
  file << "X" << std::flush;
  return content(temporary.file("1.segment"));
}

TEST(DamagedCopy, DoesNotReplaceAnEarlierOne) {
  const TemporaryDirectory temporary;
  std::string first;
  for (int use = 0; use < 6; ++use) {
    const std::string damaged = leave_damage(temporary, 10 * use);
    first = use == 0 ? damaged : first;
    { Process next(temporary.path()); }
    ASSERT_TRUE(content(temporary.file("1.damaged")) == first) << use;
    if (use == 1) {
      EXPECT_TRUE(content(temporary.file("1.2.damaged")) == damaged);
    }
  }
  EXPECT_EQ(temporary.count(".damaged"), damaged_copies_kept);
}

TEST(DamagedCopy, IsMadeOnceHoweverOftenTheSameIsFound) {
  const TemporaryDirectory temporary;
  leave_damage(temporary, 0);
  for (int start = 0; start < 3; ++start) {
    Process next(temporary.path());
  }
  EXPECT_EQ(temporary.count(".damaged"), 1u);
}

TEST(DamagedCopy, IsNotLeftInPart) {
  const TemporaryDirectory temporary;
  leave_damage(temporary, 0);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit full = before;
  full.rlim_cur = small.segment_size.count / 2;  // as on a disk without room for more
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  { Process next(temporary.path()); }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  for (const auto& entry : fs::directory_iterator(temporary.path() + "/journal")) {
    EXPECT_EQ(entry.path().filename().string().find("damaged"), std::string::npos) << entry;
  }
  const std::string damaged = content(temporary.file("1.segment"));
  { Process next(temporary.path()); }
  EXPECT_TRUE(content(temporary.file("1.damaged")) == damaged);
}

}  // namespace
}  // namespace penstock::journal
