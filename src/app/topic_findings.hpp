// What Kafka's topics are like, beside what penstock needs of them. Pure.
#pragma once

#include <string>
#include <vector>

#include "penstock/app/validate.hpp"
#include "penstock/publish/kafka_check.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

// All that the daemon publishes to.
std::vector<std::string> topics_to_look_at(const settings::Settings& settings);

// One for each of them.
std::vector<Finding> topic_findings(const publish::KafkaFacts& facts,
                                    const settings::Settings& settings);

}  // namespace penstock::app
