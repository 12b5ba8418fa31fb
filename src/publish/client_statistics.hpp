// librdkafka's statistics of a producer, as far as they are exported. Pure. Source of the format:
// librdkafka's STATISTICS.md.
//
// Its `txn_stateage` isn't among them: in 2.0 it counts from the machine's start.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "penstock/core/kafka_counters.hpp"

namespace penstock::publish {

struct ClientStatistics {
  std::uint64_t queue_records = 0;
  std::uint64_t queue_bytes = 0;
  std::uint64_t brokers_up = 0;  // each counts once, as many connections as there are
  // Of the requests since the statistics before: the mean of all brokers, the worst of them.
  double round_trip_seconds = 0;
  double round_trip_p99_seconds = 0;
  std::optional<KafkaTransaction> transaction;
  // Since the producer's start, of all brokers.
  std::uint64_t requests = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t retries = 0;
  std::uint64_t timeouts = 0;
  bool operator==(const ClientStatistics&) const = default;
};

// What isn't there counts as zero. None: it is no JSON object.
std::optional<ClientStatistics> read_statistics(std::string_view json);

}  // namespace penstock::publish
