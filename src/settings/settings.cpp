#include "penstock/settings/settings.hpp"

namespace penstock::settings {

std::string topic_name(const Kafka& kafka, std::string_view name) {
  const auto renamed = kafka.topics.find(std::string(name));
  return renamed == kafka.topics.end() ? kafka.topic_prefix + "." + std::string(name)
                                       : renamed->second;
}

std::string state_topic_name(const Kafka& kafka) {
  return "penstock." + kafka.topic_prefix + ".state";
}

}  // namespace penstock::settings
