// Creates topics.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/kafka.hpp"

namespace penstock::publish {

struct TopicSpec {
  std::string name;
  int partitions;
  int replication_factor;
  std::map<std::string, std::string> settings;
};

// A topic of events.
TopicSpec event_topic(const std::string& name, const TopicPlan& plan);

TopicSpec status_topic(const std::string& name, const TopicPlan& plan);

// The topics of one source as the contract wants them.
std::vector<TopicSpec> topics_of(const TopicNames& names, const TopicPlan& plan);

// Makes those that are missing; those that exist are left as they are. Waits for the broker's
// answer, for up to `timeout` and until `stopped`. Errc::invalid_argument: it answers that one of
// them can't be made.
Result<void> create_topics(const KafkaConnection& connection, const std::vector<TopicSpec>& topics,
                           Duration timeout, const std::function<bool()>& stopped, Log& log);

}  // namespace penstock::publish
