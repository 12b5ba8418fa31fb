// How Kafka is reached, and what its topics are called.
#pragma once

#include <map>
#include <string>

#include "penstock/core/ids.hpp"
#include "penstock/core/units.hpp"

namespace penstock::publish {

struct KafkaConnection {
  std::string brokers;  // bootstrap list
  std::map<std::string, std::string>
      properties;  // librdkafka's, from the configuration; may hold secrets
};

// The names of the topics, renames applied.
struct TopicNames {
  std::string events{};  // of one source
  std::string dead_letters{};
  std::string status{};
  std::string state{};
  std::string jobs{};
  std::string gaps{};
};

// How topics are made where they are missing.
struct TopicPlan {
  bool create = true;
  int partitions = 4;
  int replication_factor = -1;  // the broker's default
  Bytes max_event;              // events.max_size
};

}  // namespace penstock::publish
