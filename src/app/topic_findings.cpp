#include "app/topic_findings.hpp"

#include "app/composition.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::app {
namespace {

using Level = Finding::Level;

publish::TopicNames shared_names(const settings::Settings& settings) {
  return topic_names(settings.kafka, settings.sources.front().name);
}

// Kafka leaves both out of its list.
Finding missing(const std::string& subject, const settings::Kafka& kafka, int brokers) {
  const std::string unless_hidden = "; or it isn't visible: then allow Describe on it";
  if (!kafka.create_topics) {
    return {Level::failed, subject, "is missing, and kafka.create_topics is false" + unless_hidden};
  }
  if (kafka.replication_factor > brokers) {
    return {Level::failed, subject,
            "is missing, and can't be created: kafka.replication_factor is " +
                std::to_string(kafka.replication_factor) + ", and " + std::to_string(brokers) +
                " broker(s) answer" + unless_hidden};
  }
  return {Level::ok, subject, "is missing: will be created" + unless_hidden};
}

constexpr auto if_allowed = " isn't visible: allow DescribeConfigs on it";

Finding finding_of(const std::string& name, const publish::TopicFacts& topic, int brokers,
                   const settings::Settings& settings) {
  const publish::TopicNames shared = shared_names(settings);
  const std::string subject = "topic " + name;
  const std::string size = std::to_string(topic.partitions) + " partition(s), " +
                           std::to_string(topic.replicas) + " replica(s)";
  if (name == shared.state && topic.partitions != limits::state_partitions) {
    return {
        Level::failed, subject,
        size + "; the state topic has " + std::to_string(limits::state_partitions) + " partitions"};
  }
  if (name == shared.state || name == shared.jobs || name == shared.gaps) {
    if (!topic.compacted) {
      return {Level::warning, subject, size + "; whether it is compacted" + if_allowed};
    }
    if (!*topic.compacted) {
      return {name == shared.state ? Level::failed : Level::warning, subject,
              "isn't compacted: set cleanup.policy=compact, alone, or its records get lost"};
    }
  } else if (name != shared.status && name != shared.dead_letters) {
    if (!topic.max_message) {
      return {Level::warning, subject, size + "; its max.message.bytes" + if_allowed};
    }
    if (*topic.max_message < settings.events.max_size) {
      return {Level::warning, subject,
              size + "; max.message.bytes " + to_string(*topic.max_message) +
                  " is less than events.max_size " + to_string(settings.events.max_size) +
                  ": larger events go to the dead letters"};
    }
  }
  if (topic.replicas < 2 && brokers > 1) {
    return {Level::warning, subject, size + ": the loss of one broker loses its events"};
  }
  return {Level::ok, subject, size};
}

}  // namespace

std::vector<std::string> topics_to_look_at(const settings::Settings& settings) {
  std::vector<std::string> names;
  for (const settings::Source& source : settings.sources) {
    names.push_back(topic_names(settings.kafka, source.name).events);
  }
  const publish::TopicNames shared = shared_names(settings);
  names.insert(names.end(),
               {shared.dead_letters, shared.status, shared.state, shared.jobs, shared.gaps});
  return names;
}

std::vector<Finding> topic_findings(const publish::KafkaFacts& facts,
                                    const settings::Settings& settings) {
  std::vector<Finding> findings;
  for (const std::string& name : topics_to_look_at(settings)) {
    const auto found = facts.topics.find(name);
    findings.push_back(found == facts.topics.end()
                           ? missing("topic " + name, settings.kafka, facts.brokers)
                           : finding_of(name, found->second, facts.brokers, settings));
  }
  return findings;
}

}  // namespace penstock::app
