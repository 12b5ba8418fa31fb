// Looks at a Kafka cluster before it is used: is it reachable, what are its topics like.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/kafka.hpp"

namespace penstock::publish {

struct TopicFacts {
  int partitions = 0;
  int replicas = 0;                  // of its first partition
  std::optional<Bytes> max_message;  // none: not allowed to see it
  std::optional<bool> compacted;     // and nothing is deleted by age or size; none: the same
};

struct KafkaFacts {
  int brokers = 0;
  // Of the topics asked for. In neither: the topic is missing.
  std::map<std::string, TopicFacts> topics;  // seen to exist
  std::set<std::string> hidden;              // not for this principal to see, there or not
};

// Whether librdkafka knows the configuration's properties and takes their values. No connection.
Result<void> check_properties(const KafkaConnection& connection, Log& log);

// Waits for answers, for up to `timeout` each.
Result<KafkaFacts> inspect_kafka(const KafkaConnection& connection,
                                 const std::vector<std::string>& topics, Duration timeout,
                                 Log& log);

}  // namespace penstock::publish
