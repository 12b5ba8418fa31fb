#include "simulator/event_times.hpp"

#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;

constexpr WallTime start{1'700'000'000'000ms};

std::int64_t after_start(const EventTimes& times, std::uint64_t n) {
  return times.of(n) - start.time_since_epoch().count();
}

// By the clock, an event happened this long before it is sent.
constexpr auto before = 100ms;

TEST(EventTimes, AreAMillisecondApartWhereTheyAreFixed) {
  EventTimes times = EventTimes::fixed(start);
  times.note(100, start + 1h);
  EXPECT_EQ(after_start(times, 0), 0);
  EXPECT_EQ(after_start(times, 250), 250);
}

TEST(EventTimes, FollowTheRateWhileItHolds) {
  EventTimes times = EventTimes::by_clock(100);
  times.note(0, start + before);
  EXPECT_EQ(after_start(times, 0), 0);
  EXPECT_EQ(after_start(times, 5), 50);
  times.note(10, start + before + 150ms);  // near enough
  EXPECT_EQ(after_start(times, 10), 100);
}

TEST(EventTimes, FollowTheClockBehindAPauseAndKeepWhatWas) {
  EventTimes times = EventTimes::by_clock(100);
  times.note(0, start + before);
  times.note(10, start + before + 1min);
  EXPECT_EQ(after_start(times, 9), 90);
  EXPECT_EQ(after_start(times, 10), 60'000);
  EXPECT_EQ(after_start(times, 11), 60'010);
}

TEST(EventTimes, AreNeverAheadOfTheClock) {
  EventTimes times = EventTimes::by_clock(100);
  times.note(0, start);
  times.note(50, start + 390ms);  // sent faster than was said
  EXPECT_LE(after_start(times, 50), 390);
}

TEST(EventTimes, FollowTheClockWithoutARate) {
  EventTimes times = EventTimes::by_clock(std::nullopt);
  times.note(0, start + before);
  times.note(100'000, start + before + 50ms);
  EXPECT_EQ(after_start(times, 150'000), 0);
  times.note(200'000, start + before + 150ms);
  EXPECT_EQ(after_start(times, 199'999), 0);
  EXPECT_EQ(after_start(times, 200'001), 150);
}

TEST(EventTimes, ForgetWhatWasSaidOfEventsThatComeLater) {
  EventTimes times = EventTimes::by_clock(std::nullopt);
  times.note(0, start + before);
  times.note(50, start + before + 1s);
  times.note(40, start + before + 2s);  // those from 40 on weren't sent after all
  EXPECT_EQ(after_start(times, 39), 0);
  EXPECT_EQ(after_start(times, 40), 2'000);
  EXPECT_EQ(after_start(times, 60), 2'000);
}

}  // namespace
}  // namespace penstock::simulator
