#include "penstock/remote/retries.hpp"

#include <gtest/gtest.h>

namespace penstock::remote {
namespace {

using namespace std::chrono_literals;

const RetryOptions three{.retries = 3, .first = 1s, .max = 3s, .longest_retry_after = 10s};

RestError passing() { return {.may_pass = true}; }

TEST(Retries, WaitLongerEachTimeAndEnd) {
  Retries retries(three);
  for (const Duration expected : {1s, 2s, 3s}) {
    const auto wait = retries.after(passing(), true);
    ASSERT_TRUE(wait);
    EXPECT_GE(*wait, expected * 8 / 10);
    EXPECT_LE(*wait, expected * 12 / 10);
  }
  EXPECT_FALSE(retries.after(passing(), true));
}

TEST(Retries, AreNotMadeWhereNobodyAsksForThem) {
  EXPECT_FALSE(Retries(RetryOptions{}).after(passing(), true));
}

TEST(Retries, AreNotMadeOfWhatStays) {
  EXPECT_FALSE(Retries(three).after(RestError{.may_pass = false}, true));
}

TEST(Retries, RepeatNothingThatMayHaveHappened) {
  RestError error = passing();
  EXPECT_FALSE(Retries(three).after(error, false));
  error.was_sent = false;
  EXPECT_TRUE(Retries(three).after(error, false));
}

TEST(Retries, TellNothingTwice) {
  RestError error = passing();
  error.was_told = true;
  EXPECT_FALSE(Retries(three).after(error, true));
}

TEST(Retries, WaitAsLongAsTheApiAsksOrNotAtAll) {
  RestError error = passing();
  error.retry_after = 10s;
  EXPECT_EQ(Retries(three).after(error, true), 10s);
  error.retry_after = 11s;
  EXPECT_FALSE(Retries(three).after(error, true));
}

}  // namespace
}  // namespace penstock::remote
