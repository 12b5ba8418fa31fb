// What Kafka's topics are like, beside what penstock needs of them. Pure.
#pragma once

#include <string>
#include <vector>

#include "penstock/app/validate.hpp"
#include "penstock/publish/kafka_check.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

// That are looked at: those of the events, of dead letters, status and state.
std::vector<std::string> topics_to_look_at(const settings::Settings& settings);

// One for each of them.
std::vector<Finding> topic_findings(const publish::KafkaFacts& facts,
                                    const settings::Settings& settings);

}  // namespace penstock::app
