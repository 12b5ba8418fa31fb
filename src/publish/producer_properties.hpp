// What librdkafka is told of a transactional producer. Pure.
#pragma once

#include <map>
#include <string>

#include "penstock/core/kafka_counters.hpp"
#include "penstock/core/units.hpp"
#include "penstock/publish/kafka.hpp"
#include "penstock/publish/router.hpp"

namespace penstock::publish {

struct ProducerOptions {
  KafkaConnection connection;
  std::string transactional_id;
  TopicNames topics;  // one without a name isn't written to
  Bytes max_event;
  KafkaCounters* counters = nullptr;  // where it tells of itself; none: nobody asks
  Duration statistics_interval{5'000};
};

// All but the configuration's, over which these win.
std::map<std::string, std::string> producer_properties(const ProducerOptions& options);

}  // namespace penstock::publish
