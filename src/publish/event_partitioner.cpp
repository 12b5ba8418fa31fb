#include "publish/event_partitioner.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace penstock::publish {
namespace {

struct Known {
  std::string_view name;
  decltype(&rd_kafka_msg_partitioner_random) choose;
  bool by_key_alone;  // records without one are of one key, too
};

constexpr std::array known{
    Known{"consistent_random", rd_kafka_msg_partitioner_consistent_random, false},
    Known{"murmur2_random", rd_kafka_msg_partitioner_murmur2_random, false},
    Known{"fnv1a_random", rd_kafka_msg_partitioner_fnv1a_random, false},
    Known{"random", rd_kafka_msg_partitioner_random, false},
    Known{"consistent", rd_kafka_msg_partitioner_consistent, true},
    Known{"murmur2", rd_kafka_msg_partitioner_murmur2, true},
    Known{"fnv1a", rd_kafka_msg_partitioner_fnv1a, true},
};

constexpr std::uint64_t none_chosen = std::numeric_limits<std::uint64_t>::max();

}  // namespace

EventPartitioner::EventPartitioner(std::string_view name) : chosen_(none_chosen) {
  const auto* found = std::ranges::find(known, name, &Known::name);
  const Known& kind = found != known.end() ? *found : known.front();
  by_key_ = kind.choose;
  takes_turns_ = !kind.by_key_alone;
}

TopicConfHandle EventPartitioner::topic_conf(rd_kafka_t* client) {
  TopicConfHandle conf(rd_kafka_default_topic_conf_dup(client));
  rd_kafka_topic_conf_set_partitioner_cb(conf.get(), choose);
  rd_kafka_topic_conf_set_opaque(conf.get(), this);
  return conf;
}

void EventPartitioner::without_key(Bytes size) noexcept {
  if (given_ >= stretch) {
    given_ = {};
    turn_.fetch_add(1, std::memory_order_relaxed);
  }
  given_.count += size.count;
}

std::int32_t EventPartitioner::choose(const rd_kafka_topic_t* topic, const void* key,
                                      std::size_t size, std::int32_t count, void* self,
                                      void* record) {
  auto& partitioner = *static_cast<EventPartitioner*>(self);
  if (key != nullptr || !partitioner.takes_turns_) {
    return partitioner.by_key_(topic, key, size, count, nullptr, record);
  }
  return partitioner.in_turn(count, [&](std::int32_t partition) {
    return rd_kafka_topic_partition_available(topic, partition) != 0;
  });
}

}  // namespace penstock::publish
