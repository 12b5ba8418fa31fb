#include "settings/kafka_properties.hpp"

#include <array>

namespace penstock::settings {
namespace {

constexpr std::string_view exactly_once =
    "is set by penstock: that each event is published exactly once depends on it";
constexpr std::string_view timeouts =
    "is set by penstock: the time-outs depend on each other, so that no event is given up";
constexpr std::string_view brokers = "is set by penstock: use kafka.brokers";
constexpr std::string_view max_size = "is set by penstock: it follows from events.max_size";
constexpr std::string_view batching =
    "is set by penstock: what is queued is bounded by its transactions";
constexpr std::string_view reading =
    "is set by penstock: it is for consumers, and penstock reads its own state only";
constexpr std::string_view callback = "is not a text: it is set in code";

struct Refusal {
  std::string_view name;  // with a `*` at its end: all names that begin so
  std::string_view why;
};

constexpr std::array refusals{
    Refusal{"transactional.id",
            "is set by penstock: it is kafka.transactional_id_prefix and the source's name"},
    Refusal{"enable.idempotence", exactly_once},
    Refusal{"enable.gapless.guarantee", exactly_once},
    Refusal{"acks", exactly_once},
    Refusal{"request.required.acks", exactly_once},
    Refusal{"max.in.flight*", exactly_once},
    Refusal{"retries", exactly_once},
    Refusal{"message.send.max.retries", exactly_once},
    Refusal{"queuing.strategy", exactly_once},
    Refusal{"delivery.report.only.error", exactly_once},
    Refusal{"message.timeout.ms", timeouts},
    Refusal{"delivery.timeout.ms", timeouts},
    Refusal{"transaction.timeout.ms", timeouts},
    Refusal{"bootstrap.servers", brokers},
    Refusal{"metadata.broker.list", brokers},
    Refusal{"test.mock.*", "is for tests: events would go to no broker at all"},
    Refusal{"message.max.bytes", max_size},
    Refusal{"queue.buffering.max.*", batching},
    Refusal{"linger.ms", batching},
    Refusal{"sticky.partitioning.linger.ms",
            "is set by penstock: events without a key go to the partitions in turn"},
    Refusal{"allow.auto.create.topics",
            "is set by penstock: it makes its topics itself, where kafka.create_topics is true"},
    Refusal{"isolation.level", reading},
    Refusal{"enable.partition.eof", reading},
    Refusal{"group.*", reading},
    Refusal{"enable.auto.*", reading},
    Refusal{"auto.offset.reset", reading},
    Refusal{"fetch.*", reading},
    Refusal{"statistics.interval.ms", "is set by penstock: /metrics has what the statistics say"},
    Refusal{"enabled_events", callback},
    Refusal{"opaque", callback},
    Refusal{"default_topic_conf", callback},
};

// librdkafka takes `topic.` off what isn't the client's.
std::string_view without_topic(std::string_view name) {
  constexpr std::string_view topic = "topic.";
  const bool of_the_client = name.starts_with("topic.metadata.") || name == "topic.blacklist";
  const bool goes = name.starts_with(topic) && name != topic && !of_the_client;
  return goes ? name.substr(topic.size()) : name;
}

}  // namespace

std::string_view canonical_property(std::string_view name) {
  name = without_topic(name);
  return name == "compression.type"  ? "compression.codec"
         : name == "sasl.mechanisms" ? "sasl.mechanism"
                                     : name;
}

std::string_view refused_property(std::string_view name) {
  name = without_topic(name);
  for (const Refusal& refusal : refusals) {
    const bool family = refusal.name.ends_with('*');
    if (family ? name.starts_with(refusal.name.substr(0, refusal.name.size() - 1))
               : name == refusal.name) {
      return refusal.why;
    }
  }
  return name.ends_with("_cb") ? callback : std::string_view{};
}

}  // namespace penstock::settings
