#include "app/top/figures.hpp"

#include <gtest/gtest.h>

namespace penstock::app::top {
namespace {

using namespace std::chrono_literals;

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

TEST(Figures, TheDayIsToldWhereItIsAnother) {
  const WallTime now = *parse_rfc3339("2026-11-23T20:15:30.250Z");
  EXPECT_EQ(clock_text(now - 1h, now), "19:15:30");
  EXPECT_EQ(clock_text(now - 24h, now), "11-22 20:15");
}

}  // namespace
}  // namespace penstock::app::top
