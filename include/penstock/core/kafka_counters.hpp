// What a source's Kafka client tells of itself. Written by the publisher's thread, read by ops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "penstock/core/counter.hpp"

namespace penstock {

// What librdkafka is doing about the producer's transaction, in fewer words than it has.
enum class KafkaTransaction : std::uint8_t {
  starting,  // asks for its producer id
  idle,      // none is open
  open,
  committing,
  aborting,
  failed,  // it can only be aborted, or the producer be made anew
};
inline constexpr std::size_t kafka_transaction_states = 6;
std::string_view to_string(KafkaTransaction state) noexcept;

// Gauges are of the producer that is there, as of its last statistics: zero, and without a state,
// from its end to the first of the next one. Counters go on.
struct KafkaCounters {
  Gauge<std::uint64_t> queue_records;  // waiting in librdkafka, or sent and not answered
  Gauge<std::uint64_t> queue_bytes;
  Gauge<std::uint64_t> brokers_up;  // that it is connected to
  // Of the requests that were answered since the statistics before; 0: none was.
  Gauge<double> round_trip_seconds;
  Gauge<double> round_trip_p99_seconds;  // of the broker where it is longest
  Gauge<std::optional<KafkaTransaction>> transaction;
  Gauge<std::int64_t> transaction_began_ms;  // wall clock; 0: none is open
  Counter requests;
  Counter sent_bytes;
  Counter retries;   // requests that were sent again
  Counter timeouts;  // requests without an answer in time
};

}  // namespace penstock
