#include "penstock/core/heartbeat.hpp"

#include <gtest/gtest.h>

namespace penstock {
namespace {

using namespace std::chrono_literals;

const MonotonicTime start{1h};

TEST(Heartbeat, IsAsOldAsTheLastBeat) {
  Heartbeat loop;
  loop.beat(start);
  EXPECT_EQ(loop.age(start), 0ms);
  EXPECT_EQ(loop.age(start + 31s), 31'000ms);
  loop.beat(start + 31s);
  EXPECT_EQ(loop.age(start + 32s), 1'000ms);
}

TEST(Heartbeat, OfALoopThatRestsNeverGrowsOld) {
  Heartbeat loop;
  EXPECT_EQ(loop.age(start), 0ms);  // not begun
  loop.beat(start);
  loop.rest();
  EXPECT_EQ(loop.age(start + 24h), 0ms);
  loop.beat(start + 24h);
  EXPECT_EQ(loop.age(start + 24h + 5s), 5'000ms);
}

TEST(Heartbeat, OfAWaitOnPurposeGrowsOldFromItsEndOn) {
  Heartbeat loop;
  loop.beat(start + 60s);
  EXPECT_EQ(loop.age(start + 60s), 0ms);
  EXPECT_EQ(loop.age(start + 61s), 1'000ms);
}

}  // namespace
}  // namespace penstock
