#include "penstock/core/option_numbers.hpp"

#include <gtest/gtest.h>

namespace penstock {
namespace {

struct Settled {
  std::string wrong, text;
  bool operator==(const Settled&) const = default;
};

Settled settled(std::string text, std::uint64_t least) {
  std::string wrong = settle_whole(text, least);
  return {std::move(wrong), std::move(text)};
}

TEST(OptionNumbers, AWholeNumberIsWrittenSoThatOthersReadTheSame) {
  EXPECT_EQ(settled("17", 1), (Settled{"", "17"}));
  EXPECT_EQ(settled("010", 1), (Settled{"", "10"}));
  EXPECT_EQ(settled("08", 1), (Settled{"", "8"}));
  EXPECT_EQ(settled("00", 0), (Settled{"", "0"}));
  EXPECT_EQ(settled("18446744073709551615", 1), (Settled{"", "18446744073709551615"}));
}

TEST(OptionNumbers, WhatIsNoWholeNumberStays) {
  for (const char* bad :
       {"0", "-1", "+1", "1.5", "1e3", "0x10", "1 ", "x", "", "18446744073709551616"}) {
    EXPECT_EQ(settled(bad, 1),
              (Settled{"must be a whole number from 1 to 18446744073709551615", bad}));
  }
}

TEST(OptionNumbers, AWholeNumberHasBounds) {
  std::string text = "86400";
  EXPECT_EQ(settle_whole(text, 1, 86'400), "");
  text = "86401";
  EXPECT_EQ(settle_whole(text, 1, 86'400), "must be a whole number from 1 to 86400");
}

TEST(OptionNumbers, ANumberIsWithinItsBounds) {
  for (const char* good : {"1", "1000000", "1e6", "2.5"}) {
    EXPECT_EQ(check_number(good, 1, 1e6), "") << good;
  }
  for (const char* bad : {"nan", "-nan", "inf", "0.9", "1000000.1", "-1", "x", "", "2x", " 2"}) {
    EXPECT_EQ(check_number(bad, 1, 1e6), "must be a number from 1 to 1000000") << bad;
  }
}

}  // namespace
}  // namespace penstock
