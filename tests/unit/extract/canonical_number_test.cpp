#include "extract/canonical_number.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace penstock::extract {
namespace {

std::string canonical(std::string_view number) {
  // Of exactly the size that is asked for, so that AddressSanitizer sees a write beyond the end.
  std::vector<char> out(number.size() + canonical_number_growth);
  const char* const end = write_canonical_number(number, out.data());
  return {out.data(), static_cast<std::size_t>(end - out.data())};
}

TEST(CanonicalNumber, HasOneSpellingForEachValue) {
  struct Row {
    std::string_view canonical;
    std::vector<std::string_view> spellings;
  };
  const std::vector<Row> table{
      {"+0;", {"0", "-0", "0.0", "-0.000", "0e5", "0E-999", "-0.00e+99999999999999999999"}},
      {"+443;", {"443", "443.0", "443.000", "4.43e2", "0.443E3", "44300e-2", "443e0", "443e-0"}},
      {"-443;", {"-443", "-443.0", "-4430e-1", "-0.0443e+4"}},
      {"+8e1;", {"80", "80.0", "8e1", "8E+1", "0.8e2", "8000e-2", "8e0000000000000000000000001"}},
      {"+11e-1;", {"1.10", "1.1", "11e-1", "110E-2", "0.11e1", "0.0011e3", "1100e-003"}},
      {"+1;", {"1", "1.0", "1e0", "10e-1", "0.1e1", "0.00001e5", "100000e-5"}},
      {"+1e-5;", {"0.00001", "1e-5", "0.01e-3", "100e-7"}},
      {"+1705e-3;", {"1.705", "1705e-3", "17050e-4", "1.7050"}},
      {"+18446744073709551617;", {"18446744073709551617", "1844674407370955161.7e1"}},
      {"+9007199254740993;", {"9007199254740993", "9007199254740993.0"}},
      {"+1e400;", {"1e400", "10e399", "0.1e401", "1E+0400"}}};
  for (const Row& row : table) {
    for (const std::string_view spelling : row.spellings) {
      EXPECT_EQ(canonical(spelling), row.canonical) << spelling;
    }
  }
}

TEST(CanonicalNumber, TakesExponentsOfAnySizeExactly) {
  // Around the borders of 18 and 19 digits and of 64 bits, where the arithmetic changes.
  const std::vector<std::vector<std::string_view>> equal{
      {"+1e1000000000000;", "1e1000000000000", "10e999999999999", "0.1e1000000000001"},
      {"+1e1000000000000000000;", "1e1000000000000000000", "10e999999999999999999",
       "100e999999999999999998", "0.01e1000000000000000002"},
      {"+1e999999999999999999;", "1e999999999999999999", "0.1e1000000000000000000",
       "100e999999999999999997"},
      {"+1e999999999999999990;", "1e999999999999999990", "0.0000000001e1000000000000000000"},
      {"+1e9223372036854775807;", "1e9223372036854775807", "0.1e9223372036854775808",
       "10e9223372036854775806"},
      {"+1e18446744073709551616;", "1e18446744073709551616", "10e18446744073709551615",
       "0.001e00018446744073709551619"},
      {"+1e-1000000000000000000;", "1e-1000000000000000000", "0.1e-999999999999999999",
       "1000e-1000000000000000003"},
      {"+1e-999999999999999999;", "1e-999999999999999999", "10e-1000000000000000000"},
      {"-12e-9223372036854775809;", "-12e-9223372036854775809", "-1.2e-9223372036854775808",
       "-120e-9223372036854775810"},
      {"+1e99999999999999999999999999999999999999;", "1e99999999999999999999999999999999999999",
       "0.001e100000000000000000000000000000000000002"}};
  for (const std::vector<std::string_view>& row : equal) {
    for (std::size_t i = 1; i < row.size(); ++i) {
      EXPECT_EQ(canonical(row[i]), row[0]) << row[i];
    }
  }
}

TEST(CanonicalNumber, KeepsCloseValuesApart) {
  const std::vector<std::string_view> values{"0",
                                             "1",
                                             "-1",
                                             "10",
                                             "1e-1",
                                             "11",
                                             "1.1",
                                             "1e11",
                                             "111",
                                             "9007199254740992",
                                             "9007199254740993",
                                             "0.10000000000000000555",
                                             "1e400",
                                             "1e401",
                                             "-1e400",
                                             "1e-400",
                                             "1e9223372036854775807",
                                             "1e9223372036854775808",
                                             "1e-9223372036854775808",
                                             "1e-9223372036854775807",
                                             "1e18446744073709551616",
                                             "1e18446744073709551617"};
  for (const std::string_view a : values) {
    for (const std::string_view b : values) {
      EXPECT_EQ(canonical(a) == canonical(b), a == b) << a << " and " << b;
    }
  }
}

TEST(CanonicalNumber, SpendsNothingOnTheValueOfAnExponent) {
  EXPECT_EQ(canonical("1e999999999999"), "+1e999999999999;");
  EXPECT_EQ(canonical("-1e-999999999999"), "-1e-999999999999;");
}

TEST(CanonicalNumber, TakesNumbersOfMegabytes) {
  constexpr std::size_t size = 1'000'000;
  const std::string nines(size, '9');
  const std::string zeros(size, '0');
  EXPECT_EQ(canonical(nines), "+" + nines + ";");
  EXPECT_EQ(canonical("1" + zeros), "+1e1000000;");
  EXPECT_EQ(canonical("0." + zeros + "1"), "+1e-1000001;");
  EXPECT_EQ(canonical("1" + zeros + "e-1000000"), "+1;");
  EXPECT_EQ(canonical("10e" + nines), "+1e1" + zeros + ";");
  EXPECT_EQ(canonical("0.1e1" + zeros), "+1e" + nines + ";");
  EXPECT_EQ(canonical("0.1e-" + nines), "+1e-1" + zeros + ";");
  EXPECT_EQ(canonical("1e" + zeros + "1"), "+1e1;");
}

}  // namespace
}  // namespace penstock::extract
