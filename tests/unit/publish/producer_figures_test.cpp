#include "publish/producer_figures.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace penstock::publish {
namespace {

ClientStatistics statistics(std::uint64_t requests) {
  return {.queue_records = 1,
          .queue_bytes = 2,
          .brokers_up = 3,
          .round_trip_seconds = 0.004,
          .round_trip_p99_seconds = 0.005,
          .transaction = KafkaTransaction::committing,
          .requests = requests,
          .sent_bytes = 10 * requests,
          .retries = 2 * requests,
          .timeouts = 3 * requests};
}

TEST(ProducerFigures, ShowWhatTheLastStatisticsSay) {
  KafkaCounters counters;
  ProducerFigures figures(counters);
  figures.take(statistics(7));
  EXPECT_EQ(counters.queue_records.get(), 1u);
  EXPECT_EQ(counters.queue_bytes.get(), 2u);
  EXPECT_EQ(counters.brokers_up.get(), 3u);
  EXPECT_EQ(counters.round_trip_seconds.get(), 0.004);
  EXPECT_EQ(counters.round_trip_p99_seconds.get(), 0.005);
  EXPECT_EQ(counters.transaction.get(), KafkaTransaction::committing);
  EXPECT_EQ(counters.requests.get(), 7u);
  EXPECT_EQ(counters.sent_bytes.get(), 70u);
  EXPECT_EQ(counters.retries.get(), 14u);
  EXPECT_EQ(counters.timeouts.get(), 21u);
}

TEST(ProducerFigures, CountOnlyWhatIsNew) {
  KafkaCounters counters;
  ProducerFigures figures(counters);
  figures.take(statistics(7));
  figures.take(statistics(9));
  EXPECT_EQ(counters.requests.get(), 9u);
  figures.take(statistics(8));  // a broker is no more among them
  figures.take(statistics(10));
  EXPECT_EQ(counters.requests.get(), 11u);
}

TEST(ProducerFigures, OutliveTheirProducerAsFarAsTheyCount) {
  KafkaCounters counters;
  std::optional<ProducerFigures> first(counters);
  first->take(statistics(7));
  first->transaction_began(WallTime(std::chrono::milliseconds(1'000)));
  EXPECT_EQ(counters.transaction_began_ms.get(), 1'000);
  first.reset();
  EXPECT_EQ(counters.queue_records.get(), 0u);
  EXPECT_EQ(counters.brokers_up.get(), 0u);
  EXPECT_EQ(counters.round_trip_p99_seconds.get(), 0.0);
  EXPECT_EQ(counters.transaction.get(), std::nullopt);
  EXPECT_EQ(counters.transaction_began_ms.get(), 0);
  ProducerFigures second(counters);
  second.take(statistics(2));
  EXPECT_EQ(counters.requests.get(), 9u)
      << "a new producer's count begins anew, the metric doesn't";
}

}  // namespace
}  // namespace penstock::publish
