// The topics of a source in tests with the model of Kafka.
#pragma once

#include <string>

#include "penstock/publish/kafka.hpp"

namespace penstock::publish {

inline TopicNames model_topics(const std::string& source) {
  return {.events = "p." + source,
          .dead_letters = "p.dead-letters",
          .status = "p.status",
          .state = "p.state",
          .jobs = "p.jobs",
          .gaps = "p.gaps"};
}

}  // namespace penstock::publish
