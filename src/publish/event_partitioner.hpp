// librdkafka's partitioner of the events topic. By the key, librdkafka's own chooses. Events
// without a key go to the partitions in turn, some 64 KiB at a time: librdkafka would fill one
// partition for 10 ms, in which one request after the other is waited for.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "penstock/core/units.hpp"
#include "publish/handles.hpp"

namespace penstock::publish {

class EventPartitioner {
 public:
  // As librdkafka's property of that name; empty: its default.
  explicit EventPartitioner(std::string_view name);

  // Of a topic that uses it, and is gone before it is.
  TopicConfHandle topic_conf(rd_kafka_t* client);

  // So much goes without a key next.
  void without_key(Bytes size) noexcept;

  // Any thread. `available` says whether a partition has a leader: bool(std::int32_t).
  template <class Available>
  std::int32_t in_turn(std::int32_t count, Available available) noexcept;

 private:
  using Choose = decltype(&rd_kafka_msg_partitioner_random);
  static std::int32_t choose(const rd_kafka_topic_t* topic, const void* key, std::size_t size,
                             std::int32_t count, void* self, void* record);

  static constexpr Bytes stretch = 64_KiB;
  Choose by_key_;
  bool takes_turns_;
  Bytes given_{};                       // in this turn
  std::atomic<std::uint32_t> turn_{0};  // librdkafka's thread chooses what it had no metadata for
  std::atomic<std::uint64_t> chosen_;   // the turn before, and the partition chosen in it
};

template <class Available>
std::int32_t EventPartitioner::in_turn(std::int32_t count, Available available) noexcept {
  const std::uint32_t turn = turn_.load(std::memory_order_relaxed);
  const std::uint64_t chosen = chosen_.load(std::memory_order_relaxed);
  if (chosen >> 32 == turn && static_cast<std::int32_t>(chosen) < count) {
    return static_cast<std::int32_t>(chosen);
  }
  const auto partitions = static_cast<std::uint32_t>(count);
  std::uint32_t partition = turn % partitions;
  for (std::uint32_t tried = 0; tried < partitions; ++tried) {
    const std::uint32_t next = (turn + tried) % partitions;
    if (available(static_cast<std::int32_t>(next))) {
      partition = next;
      break;
    }
  }
  chosen_.store(std::uint64_t{turn} << 32 | partition, std::memory_order_relaxed);
  return static_cast<std::int32_t>(partition);
}

}  // namespace penstock::publish
