#include "publish/partitioning.hpp"

#include <librdkafka/rdkafka.h>

namespace penstock::publish {
namespace {

// None of these looks at the topic or the opaques.
template <auto partitioner>
std::int32_t choose(std::string_view key, std::int32_t count) {
  return partitioner(nullptr, key.data(), key.size(), count, nullptr, nullptr);
}

}  // namespace

// The variants `_random` treat records without a key in another way, and those alone.
Partitioning::Partitioning(std::string_view partitioner, std::int32_t partitions) {
  if (partitioner.starts_with("murmur2")) {
    choose_ = choose<rd_kafka_msg_partitioner_murmur2>;
  } else if (partitioner.starts_with("consistent")) {
    choose_ = choose<rd_kafka_msg_partitioner_consistent>;
  } else if (partitioner.starts_with("fnv1a")) {
    choose_ = choose<rd_kafka_msg_partitioner_fnv1a>;
  }
  if (choose_ != nullptr && partitions > 1) {
    count_ = partitions;
  }
}

std::uint32_t Partitioning::of(std::string_view key) const noexcept {
  if (count_ == 1) {
    return 0;
  }
  return static_cast<std::uint32_t>(choose_(key, count_));
}

}  // namespace penstock::publish
