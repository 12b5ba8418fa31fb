#include "app/kept_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace penstock::app {
namespace {

constexpr std::size_t mib = 1 << 20;
constexpr std::chrono::minutes later{1};

std::size_t resident() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::size_t kib = 0;
  while (status >> word && word != "RssAnon:") {
  }
  status >> kib;
  return kib * 1024;
}

// As in the daemon, before there are threads: those of other tests would have arenas otherwise,
// which stay, and give nothing back.
const bool bounded = [] {
  bound_kept_memory();
  return true;
}();

class KeptMemoryTest : public testing::Test {
 protected:
  using Piece = std::unique_ptr<char[]>;

  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer has a malloc of its own";
#endif
    ASSERT_TRUE(bounded);
    before_ = resident();
    kept_.beat(start_);
  }

  // 8 MiB in use and free again: less than malloc keeps free by itself.
  static void have_a_small_burst() {
    std::vector<Piece> pieces(128);
    for (Piece& piece : pieces) {
      piece = std::make_unique<char[]>(64 << 10);
    }
  }

  // 32 MiB fall free, and small pieces between them stay; not so small that they would find room
  // that earlier tests left.
  void have_a_burst() {
    constexpr std::size_t count = 512, size = 64 << 10;
    std::vector<Piece> large;
    for (std::size_t i = 0; i < count; ++i) {
      large.push_back(std::make_unique<char[]>(size));
      small_.push_back(std::make_unique<char[]>(4 << 10));
    }
  }

  std::size_t grown() const { return std::max(resident(), before_) - before_; }

  KeptMemory kept_;
  MonotonicTime start_{};

 private:
  std::vector<Piece> small_;
  std::size_t before_ = 0;
};

TEST_F(KeptMemoryTest, IsGivenBackBetweenWhatIsInUse) {
  have_a_burst();
  ASSERT_GT(grown(), 24 * mib);
  kept_.beat(start_ + later);
  EXPECT_LT(grown(), 6 * mib);
}

TEST_F(KeptMemoryTest, IsGivenBackOfAnyThread) {
  std::thread(have_a_small_burst).join();
  ASSERT_GT(grown(), 6 * mib);
  kept_.beat(start_ + later);
  EXPECT_LT(grown(), 2 * mib);
}

TEST_F(KeptMemoryTest, StaysForAWhile) {
  kept_.beat(start_ + later);
  have_a_burst();
  kept_.beat(start_ + later + std::chrono::seconds{1});
  EXPECT_GT(grown(), 24 * mib);
  kept_.beat(start_ + 2 * later);
  EXPECT_LT(grown(), 6 * mib);
}

}  // namespace
}  // namespace penstock::app
