#include "ops/process_figures.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>
#include <vector>

namespace penstock::ops {
namespace {

TEST(ProcessFigures, AreReadBehindANameWithSpacesAndParentheses) {
  const auto stat = parse_process_stat(
      "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 500 0 3 0 120 34 0 0 20 0 7 0 998877 1000000 2500 "
      "18446744073709551615 1 1 0 0\n");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->cpu_ticks, 154u);
  EXPECT_EQ(stat->threads, 7u);
  EXPECT_EQ(stat->start_ticks, 998'877u);
  EXPECT_EQ(stat->resident_pages, 2'500u);
}

TEST(ProcessFigures, AreNoneWhereTheLineIsCutOff) {
  EXPECT_FALSE(parse_process_stat(""));
  EXPECT_FALSE(parse_process_stat("4711 (penstock"));
  EXPECT_FALSE(parse_process_stat("4711 (penstock) S 1 2 3"));
}

TEST(ProcessFigures, FindTheBootTimeBetweenOtherLines) {
  EXPECT_EQ(parse_boot_time("cpu  1 2 3\nctxt 99\nbtime 1763923000\nprocesses 5\n"),
            1'763'923'000u);
  EXPECT_EQ(parse_boot_time("cpu  1 2 3\n"), std::nullopt);
}

TEST(ProcessFigures, TakeTheSoftLimitOfOpenFiles) {
  EXPECT_EQ(parse_max_fds("Limit                     Soft Limit           Hard Limit\n"
                          "Max processes             11                   12\n"
                          "Max open files            1024                 524288      files\n"),
            1'024u);
  EXPECT_EQ(parse_max_fds("Max open files            unlimited            unlimited   files\n"),
            std::nullopt);
}

TEST(ProcessFigures, OfThisProcessFollowWhatItDoes) {
  const auto before = read_process_figures();
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  const auto after = read_process_figures();
  ::close(fd);
  ASSERT_TRUE(before.open_fds && after.open_fds);
  EXPECT_EQ(*after.open_fds, *before.open_fds + 1);
  EXPECT_GT(after.resident_bytes.value_or(0), 100'000u);
  EXPECT_GE(after.threads.value_or(0), 1u);
  EXPECT_GE(after.cpu_seconds.value_or(-1), 0.0);
}

TEST(ProcessFigures, CountWhatIsAllocatedAndNotWhatWasFreed) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer has a malloc of its own";
#endif
  constexpr std::size_t size = 100'000;
  const auto allocated = [] {
    return static_cast<double>(read_process_figures().allocated_bytes.value_or(0));
  };
  const double before = allocated();
  // One in an arena, and one that is mapped by itself.
  std::vector<std::vector<char>> made{std::vector<char>(size), std::vector<char>(100 * size)};
  EXPECT_NEAR(allocated() - before, 101.0 * size, size / 2.0);
  made.clear();
  EXPECT_NEAR(allocated(), before, size / 2.0);
}

TEST(ProcessFigures, StartLiesInThePastAndAfterTwentyTwenty) {
  const auto start = read_process_start();
  ASSERT_TRUE(start);
  EXPECT_GT(*start, 1'577'836'800.0);
  constexpr double rounding = 2;  // boot time is in whole seconds
  EXPECT_LE(*start, static_cast<double>(std::time(nullptr)) + rounding);
}

}  // namespace
}  // namespace penstock::ops
