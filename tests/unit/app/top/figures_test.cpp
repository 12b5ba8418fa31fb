#include "app/top/figures.hpp"

#include <gtest/gtest.h>

#include "penstock/core/humane.hpp"

namespace penstock::app::top {
namespace {

using namespace std::chrono_literals;

TEST(Figures, CountsFitIntoSixCharacters) {
  EXPECT_EQ(short_count(0), "0");
  EXPECT_EQ(short_count(12'345), "12,345");
  EXPECT_EQ(short_count(99'999), "99,999");
  EXPECT_EQ(short_count(100'000), "100k");
  EXPECT_EQ(short_count(999'499), "999k");
  EXPECT_EQ(short_count(999'500), "1.00M");
  EXPECT_EQ(short_count(12'345'678), "12.3M");
  EXPECT_EQ(short_count(~0ull), "18.4E");
  EXPECT_EQ(grouped(12'345'678), "12,345,678");
  EXPECT_EQ(grouped(999), "999");
}

TEST(Figures, RatesHaveADecimalBelowTen) {
  EXPECT_EQ(rate_text(0), "0");
  EXPECT_EQ(rate_text(-1), "0");
  EXPECT_EQ(rate_text(0.25), "0.2");
  EXPECT_EQ(rate_text(9.94), "9.9");
  EXPECT_EQ(rate_text(9.96), "10");
  EXPECT_EQ(rate_text(5'432.4), "5,432");
  EXPECT_EQ(rate_text(123'456), "123k");
  EXPECT_EQ(rate_text(1e300), "1.00E");
}

TEST(Figures, DelaysAreInMillisecondsBelowASecond) {
  EXPECT_EQ(delay_text(0), "0ms");
  EXPECT_EQ(delay_text(-3), "0ms");  // clocks differ
  EXPECT_EQ(delay_text(0.0123), "12ms");
  EXPECT_EQ(delay_text(0.9994), "999ms");
  EXPECT_EQ(delay_text(0.9999), "1.0s");
  EXPECT_EQ(delay_text(9.94), "9.9s");
  EXPECT_EQ(delay_text(75), "1m15s");
  EXPECT_EQ(delay_text(1e300), "11574074d");
}

TEST(Figures, APercentageIsFullOnlyWhereItIs) {
  EXPECT_EQ(percent_text(0, 0), "-");
  EXPECT_EQ(percent_text(0, 10), "0%");
  EXPECT_EQ(percent_text(1, 1'000), "<1%");
  EXPECT_EQ(percent_text(999, 1'000), "99%");
  EXPECT_EQ(percent_text(10, 10), "100%");
}

TEST(Figures, SizesAreInUnitsOf1024) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(1'000), "1000 B");
  EXPECT_EQ(size_text(1'536), "1.50 KiB");
  EXPECT_EQ(size_text(4ull << 30), "4.00 GiB");
}

TEST(Figures, TheDayIsToldWhereItIsAnother) {
  const WallTime now = *parse_rfc3339("2026-11-23T20:15:30.250Z");
  EXPECT_EQ(clock_text(now - 1h, now), "19:15:30");
  EXPECT_EQ(clock_text(now - 24h, now), "11-22 20:15");
}

}  // namespace
}  // namespace penstock::app::top
