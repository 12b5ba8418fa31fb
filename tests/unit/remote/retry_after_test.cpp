#include "penstock/remote/retry_after.hpp"

#include <gtest/gtest.h>

namespace penstock::remote {
namespace {

using namespace std::chrono_literals;

const WallTime now = *parse_rfc3339("1994-11-06T08:49:00.000Z");

TEST(RetryAfter, ReadsSeconds) {
  EXPECT_EQ(parse_retry_after("1", now), 1s);
  EXPECT_EQ(parse_retry_after(" 120\t", now), 120s);
}

TEST(RetryAfter, ReadsAnHttpDateOfAnyForm) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), 37s);
  EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", now), 37s);
  EXPECT_EQ(parse_retry_after("Sun Nov  6 08:49:37 1994", now), 37s);
}

TEST(RetryAfter, NeverHammersAServerThatNamesNoTimeToWait) {
  EXPECT_EQ(parse_retry_after("0", now), 1s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), 1s);
}

TEST(RetryAfter, IsBoundedByADay) {
  EXPECT_EQ(parse_retry_after("86401", now), 24h);
  EXPECT_EQ(parse_retry_after("99999999999999999999", now), 24h);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 2094 08:49:37 GMT", now), 24h);
}

TEST(RetryAfter, IgnoresWhatIsNeither) {
  for (const auto* value :
       {"", " ", "soon", "-1", "1.5", "1s", "06 Nov 1994", "Sun, 06-Nov-94 08:49:37 GMT"}) {
    EXPECT_EQ(parse_retry_after(value, now), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace penstock::remote
