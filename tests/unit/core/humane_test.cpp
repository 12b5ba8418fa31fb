#include "penstock/core/humane.hpp"

#include <gtest/gtest.h>

namespace penstock {
namespace {

using namespace std::chrono_literals;

TEST(Humane, GroupsDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000), "1,000");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
}

TEST(Humane, ShortCountsFitIntoSixCharacters) {
  EXPECT_EQ(short_count(0), "0");
  EXPECT_EQ(short_count(12'345), "12,345");
  EXPECT_EQ(short_count(99'999), "99,999");
  EXPECT_EQ(short_count(100'000), "100k");
  EXPECT_EQ(short_count(999'499), "999k");
  EXPECT_EQ(short_count(999'500), "1.00M");
  EXPECT_EQ(short_count(12'345'678), "12.3M");
  EXPECT_EQ(short_count(~0ull), "18.4E");
}

TEST(Humane, APercentageIsFullOnlyWhereItIs) {
  EXPECT_EQ(percent_text(0, 0), "-");
  EXPECT_EQ(percent_text(0, 10), "0%");
  EXPECT_EQ(percent_text(1, 1'000), "<1%");
  EXPECT_EQ(percent_text(999, 1'000), "99%");
  EXPECT_EQ(percent_text(10, 10), "100%");
  for (std::uint64_t percent = 0; percent <= 100; ++percent) {
    EXPECT_EQ(percent_text(percent, 100), std::to_string(percent) + "%");
  }
}

TEST(Humane, RoundsToWhatAPersonCompares) {
  EXPECT_EQ(rounded(0), "0");
  EXPECT_EQ(rounded(0.254), "0.25");
  EXPECT_EQ(rounded(0.5), "0.5");
  EXPECT_EQ(rounded(1), "1");
  EXPECT_EQ(rounded(8.14), "8.1");
  EXPECT_EQ(rounded(9.97), "10");
  EXPECT_EQ(rounded(8'012.4), "8,012");
  EXPECT_EQ(rounded(-1.2), "-1.2");
  EXPECT_EQ(rounded(-0.003), "0");
}

TEST(Humane, SpeaksOfTwoUnitsAtMost) {
  EXPECT_EQ(spoken(-5s), "0 s");
  EXPECT_EQ(spoken(0s), "0 s");
  EXPECT_EQ(spoken(999ms), "999 ms");
  EXPECT_EQ(spoken(59s), "59 s");
  EXPECT_EQ(spoken(60s), "1 min");
  EXPECT_EQ(spoken(125s), "2 min 5 s");
  EXPECT_EQ(spoken(3h + 10min + 5s), "3 h 10 min");
  EXPECT_EQ(spoken(24h + 10min), "1 d");
  EXPECT_EQ(spoken(52h), "2 d 4 h");
}

TEST(Humane, WritesSizesInBinaryUnits) {
  EXPECT_EQ(spoken(Bytes{0}), "0 B");
  EXPECT_EQ(spoken(Bytes{1'023}), "1,023 B");
  EXPECT_EQ(spoken(1_KiB), "1 KiB");
  EXPECT_EQ(spoken(Bytes{1'536}), "1.5 KiB");
  EXPECT_EQ(spoken(Bytes{1'048'575}), "1 MiB");
  EXPECT_EQ(spoken(4_GiB), "4 GiB");
}

}  // namespace
}  // namespace penstock
