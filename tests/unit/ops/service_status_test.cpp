#include "penstock/ops/service_status.hpp"

#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"

namespace penstock::ops {
namespace {

using namespace std::chrono_literals;

// What 80 columns leave behind `     Status: "` and before the closing quote.
constexpr std::size_t room = 65;

const ServiceFigures before{.at = MonotonicTime(100s),
                            .sources = 4,
                            .connected = 4,
                            .received_events = 1'000,
                            .published_events = 900,
                            .waiting_events = 100,
                            .journal_fill = 0.03};

ServiceFigures after(Duration passed, std::uint64_t received, std::uint64_t published) {
  ServiceFigures now = before;
  now.at += passed;
  now.received_events += received;
  now.published_events += published;
  return now;
}

TEST(ServiceStatus, HasTheRatesBetweenTwoTimes) {
  EXPECT_EQ(service_status(before, after(5s, 40'060, 40'050)),
            "4 of 4 connected; 8,012 events/s in, 8,010 out; journal 3%");
}

TEST(ServiceStatus, HasNoRateBeforeTimePassed) {
  EXPECT_EQ(service_status(before, before), "4 of 4 connected; 0 events/s in, 0 out; journal 3%");
}

TEST(ServiceStatus, SaysWhereItIsInItsLife) {
  ServiceFigures now = after(1s, 0, 0);
  now.starting = true;
  now.connected = 1;
  EXPECT_EQ(service_status(before, now),
            "starting; 1 of 4 connected; 0 events/s in, 0 out; journal 3%");
  now = after(2s, 0, 24'690);
  now.draining = true;
  now.waiting_events = 12'004;
  EXPECT_EQ(service_status(before, now),
            "draining: 12,004 events wait; 12,345 events/s out; journal 3%");
}

TEST(ServiceStatus, SaysHowLongKafkaIsAwayButNotOfACommitThatTakesAWhile) {
  ServiceFigures now = after(1s, 500, 0);
  now.kafka_away = limits::kafka_away_shown - 1ms;
  EXPECT_EQ(service_status(before, now), "4 of 4 connected; 500 events/s in, 0 out; journal 3%");
  const auto away = [&](Duration time) {
    now.kafka_away = time;
    return service_status(before, now);
  };
  EXPECT_EQ(away(12s), "4 of 4 connected; 500 events/s; Kafka away 12s; journal 3%");
  now.starting = true;
  EXPECT_EQ(away(13s), "4 of 4 connected; 500 events/s; Kafka away 13s; journal 3%");
  EXPECT_NE(away(59min + 59s).find("away 59m;"), std::string::npos);
  EXPECT_NE(away(47h).find("away 47h;"), std::string::npos);
  EXPECT_NE(away(75h).find("away 3d;"), std::string::npos);
}

TEST(ServiceStatus, RoundsTheJournalSoThatFullAndEmptyAreTrue) {
  const auto fill = [](double share) {
    ServiceFigures now = before;
    now.journal_fill = share;
    const std::string text = service_status(before, now);
    return text.substr(text.rfind("; ") + 2);
  };
  EXPECT_EQ(fill(0), "journal 0%");
  EXPECT_EQ(fill(0.0001), "journal <1%");
  EXPECT_EQ(fill(0.999), "journal 99%");
  EXPECT_EQ(fill(1), "journal 100%");
}

TEST(ServiceStatus, FitsIntoALineOfATerminal) {
  ServiceFigures now = after(1s, 99'999, 99'999);
  now.sources = now.connected = 64;
  now.journal_fill = 1;
  EXPECT_LE(service_status(before, now).size(), room);
  now = after(1s, 123'456, 12'345'678);
  now.journal_fill = 1;
  EXPECT_EQ(service_status(before, now),
            "4 of 4 connected; 123k events/s in, 12.3M out; journal 100%");
  now = after(1s, 99'999, 0);
  now.kafka_away = 59min;
  now.journal_fill = 1;
  EXPECT_LE(service_status(before, now).size(), room);
}

TEST(RecentFigures, AreThoseOfTheLastSeconds) {
  RecentFigures recent;
  EXPECT_EQ(recent.add(after(0s, 0, 0)).at, before.at);
  EXPECT_EQ(recent.add(after(3s, 0, 0)).at, before.at);
  EXPECT_EQ(recent.add(after(4s, 0, 0)).at, before.at);
  // The oldest that is at least so old.
  EXPECT_EQ(recent.add(after(3s + limits::status_rate_over, 0, 0)).at, before.at + 3s);
  EXPECT_EQ(recent.add(after(1h, 0, 0)).at, before.at + 3s + limits::status_rate_over);
}

}  // namespace
}  // namespace penstock::ops
