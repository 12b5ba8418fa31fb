#include "penstock/core/units.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace penstock {
namespace {

using namespace std::chrono_literals;

TEST(Bytes, AreReadWithEveryUnit) {
  const std::pair<const char*, std::uint64_t> cases[]{
      {"0", 0},
      {"512", 512},
      {"512B", 512},
      {"1kB", 1'000},
      {"1MB", 1'000'000},
      {"1GB", 1'000'000'000},
      {"2TB", 2'000'000'000'000},
      {"1KiB", 1'024},
      {"64MiB", 67'108'864},
      {"4GiB", 4'294'967'296},
      {"1TiB", 1'099'511'627'776},
      {"007KiB", 7'168},
  };
  for (const auto& [text, count] : cases) {
    const auto parsed = parse_bytes(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->count, count) << text;
  }
}

TEST(Bytes, AreRefusedInAnyOtherForm) {
  for (const char* text : {"", "MiB", "-1MiB", "+1MiB", "1.5GiB", "1 MiB", " 1MiB", "1MiB ", "1mib",
                           "1K", "1kb", "1KB", "0x10", "1e3", "64MiB64MiB"}) {
    const auto parsed = parse_bytes(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument) << text;
  }
}

TEST(Bytes, AreRefusedAboveSixtyThreeBits) {
  EXPECT_TRUE(parse_bytes("9223372036854775807"));
  EXPECT_FALSE(parse_bytes("9223372036854775808"));
  EXPECT_TRUE(parse_bytes("8388607TiB"));
  EXPECT_FALSE(parse_bytes("8388608TiB"));
  EXPECT_FALSE(parse_bytes("99999999999999999999"));
}

TEST(Bytes, SayInTheErrorWhatWasWrittenAndHowToWriteIt) {
  EXPECT_EQ(parse_bytes("64mb\n").error().what,
            R"(`64mb\x0a` has an unknown unit; write it like 64MiB or 1GB)");
  EXPECT_EQ(parse_bytes("99999999999999999999").error().what,
            "`99999999999999999999` is too large; write it like 64MiB or 1GB");
}

TEST(Bytes, AreWrittenInTheLargestUnitThatDividesThem) {
  EXPECT_EQ(to_string(Bytes{0}), "0");
  EXPECT_EQ(to_string(Bytes{1}), "1B");
  EXPECT_EQ(to_string(Bytes{1'500}), "1500B");
  EXPECT_EQ(to_string(1_KiB), "1KiB");
  EXPECT_EQ(to_string(64_MiB), "64MiB");
  EXPECT_EQ(to_string(Bytes{1'000'000'000}), "1GB");
  EXPECT_EQ(to_string(4096_GiB), "4TiB");
}

TEST(Bytes, ReadBackAsTheyAreWritten) {
  std::uint64_t count = 1;
  for (int i = 0; i < 5'000; ++i, count = (count * 31 + 1'000) % (1ull << 50)) {
    const auto parsed = parse_bytes(to_string(Bytes{count}));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->count, count);
  }
}

TEST(Bytes, HaveLiterals) {
  static_assert(1_KiB == Bytes{1'024});
  static_assert(2_MiB == Bytes{2'097'152});
  static_assert(3_GiB == Bytes{3'221'225'472});
  static_assert(1_KiB < 1_MiB);
}

TEST(Durations, AreReadWithEveryUnit) {
  const std::pair<const char*, Duration> cases[]{{"0", 0s},        {"0s", 0s},     {"250ms", 250ms},
                                                 {"5s", 5s},       {"15m", 15min}, {"1h", 1h},
                                                 {"90d", 90 * 24h}};
  for (const auto& [text, duration] : cases) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, duration) << text;
  }
}

TEST(Durations, NeedAUnit) {
  EXPECT_EQ(parse_duration("5").error().what,
            "`5` has no unit; write it like 250ms, 5s, 15m or 1h");
}

TEST(Durations, AreRefusedInAnyOtherForm) {
  for (const char* text :
       {"", "s", "-5s", "+5s", "1.5s", "5 s", "5S", "5sec", "5us", "1h30m", "106751991168d"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument) << text;
  }
}

TEST(Durations, AreWrittenInTheLargestUnitThatDividesThem) {
  EXPECT_EQ(to_string(Duration(0)), "0s");
  EXPECT_EQ(to_string(Duration(250ms)), "250ms");
  EXPECT_EQ(to_string(Duration(1'500ms)), "1500ms");
  EXPECT_EQ(to_string(Duration(5s)), "5s");
  EXPECT_EQ(to_string(Duration(90s)), "90s");
  EXPECT_EQ(to_string(Duration(15min)), "15m");
  EXPECT_EQ(to_string(Duration(36h)), "36h");
  EXPECT_EQ(to_string(Duration(48h)), "2d");
}

TEST(DurationText, HasTheTwoLargestUnits) {
  EXPECT_EQ(duration_text(Duration(-5s)), "0s");
  EXPECT_EQ(duration_text(Duration(59'999ms)), "59s");
  EXPECT_EQ(duration_text(Duration(65s)), "1m05s");
  EXPECT_EQ(duration_text(Duration(2h + 5min)), "2h05m");
  EXPECT_EQ(duration_text(Duration(76h)), "3d04h");
  EXPECT_EQ(duration_text(Duration(100 * 24h)), "100d");
}

}  // namespace
}  // namespace penstock
