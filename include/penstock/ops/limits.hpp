// The bounds of this room, with their reasons.
#pragma once

#include <chrono>
#include <cstddef>

namespace penstock::ops::limits {

// A loop that turned less than this ago is alive; flushing a slow disk may take seconds.
inline constexpr std::chrono::seconds heartbeat_age{30};
// Kafka away for longer: not ready. A rolling restart of brokers stays below.
inline constexpr std::chrono::seconds kafka_away{60};
// Characters of one value in a log line: enough for a long error, too few to flood a log.
inline constexpr std::size_t log_value = 1000;
// Before accept() is tried again after the process ran out of file descriptors.
inline constexpr std::chrono::seconds accept_retry{1};

}  // namespace penstock::ops::limits
