#include "publish/producer_figures.hpp"

namespace penstock::publish {
namespace {

// Of the sum over brokers, of which one may have gone.
std::uint64_t grown(std::uint64_t now, std::uint64_t before) {
  return now > before ? now - before : 0;
}

}  // namespace

ProducerFigures::~ProducerFigures() {
  set_gauges({});
  transaction_ended();
}

void ProducerFigures::take(const ClientStatistics& statistics) {
  set_gauges(statistics);
  counters_.requests.add(grown(statistics.requests, last_.requests));
  counters_.sent_bytes.add(grown(statistics.sent_bytes, last_.sent_bytes));
  counters_.retries.add(grown(statistics.retries, last_.retries));
  counters_.timeouts.add(grown(statistics.timeouts, last_.timeouts));
  last_ = statistics;
}

void ProducerFigures::transaction_began(WallTime at) {
  counters_.transaction_began_ms.set(at.time_since_epoch().count());
}

void ProducerFigures::set_gauges(const ClientStatistics& statistics) {
  counters_.queue_records.set(statistics.queue_records);
  counters_.queue_bytes.set(statistics.queue_bytes);
  counters_.brokers_up.set(statistics.brokers_up);
  counters_.round_trip_seconds.set(statistics.round_trip_seconds);
  counters_.round_trip_p99_seconds.set(statistics.round_trip_p99_seconds);
  counters_.transaction.set(statistics.transaction);
}

}  // namespace penstock::publish
