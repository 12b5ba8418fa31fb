#include "penstock/publish/kafka_check.hpp"

#include <charconv>

#include "penstock/core/text.hpp"
#include "publish/client.hpp"
#include "publish/metadata.hpp"
#include "publish/milliseconds.hpp"

namespace penstock::publish {
namespace {

using ConfigResourceHandle =
    std::unique_ptr<rd_kafka_ConfigResource_t, Deleter<rd_kafka_ConfigResource_destroy>>;

// Of `topic`; none: of the brokers alone.
Result<MetadataHandle> metadata_of(rd_kafka_t* client, rd_kafka_topic_t* topic, Duration timeout,
                                   ClientEvents& events) {
  Metadata metadata = ask_metadata(client, topic, timeout, events);
  if (!metadata.found) {
    return make_error(events.errc(), events.unanswered(rd_kafka_err2str(metadata.error)));
  }
  return std::move(metadata.found);
}

Result<void> look_at(rd_kafka_t* client, const std::string& name, KafkaFacts& facts,
                     Duration timeout, ClientEvents& events) {
  const auto failed = [&](const std::string& why) {
    return make_error(Errc::kafka,
                      "the topic `" + printable(name) + "` can't be looked at: " + why);
  };
  const TopicHandle handle(rd_kafka_topic_new(client, name.c_str(), nullptr));
  if (!handle) {
    return failed(rd_kafka_err2str(rd_kafka_last_error()));
  }
  const auto metadata = metadata_of(client, handle.get(), timeout, events);
  if (!metadata) {
    return failed(metadata.error().what);
  }
  const auto& topic = (*metadata)->topics[0];
  switch (topic.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
      facts.topics[name] = {
          .partitions = topic.partition_cnt,
          .replicas = topic.partition_cnt > 0 ? topic.partitions[0].replica_cnt : 0,
          .max_message = {},
          .compacted = {}};
      return {};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      facts.hidden.insert(name);
      return {};
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return {};
    default:
      return failed(rd_kafka_err2str(topic.err));
  }
}

void note_setting(TopicFacts& facts, std::string_view name, std::string_view value) {
  if (name == "max.message.bytes") {
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
    if (error == std::errc{}) {
      facts.max_message = Bytes{bytes};
    }
  } else if (name == "cleanup.policy") {
    facts.compacted = value == "compact";
  }
}

// What isn't allowed to be seen stays unknown.
void describe(rd_kafka_t* client, KafkaFacts& facts, Duration timeout) {
  std::vector<ConfigResourceHandle> resources;
  std::vector<rd_kafka_ConfigResource_t*> asked;
  for (const auto& [name, topic] : facts.topics) {
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
    asked.push_back(resources.back().get());
  }
  if (asked.empty()) {
    return;
  }
  const QueueHandle queue(rd_kafka_queue_new(client));
  rd_kafka_DescribeConfigs(client, asked.data(), asked.size(), nullptr, queue.get());
  const EventHandle answer(rd_kafka_queue_poll(queue.get(), milliseconds(timeout)));
  if (!answer || rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return;
  }
  std::size_t count = 0;
  const auto* const found = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t entries = 0;
    const auto* const entry = rd_kafka_ConfigResource_configs(found[i], &entries);
    TopicFacts& topic = facts.topics[rd_kafka_ConfigResource_name(found[i])];
    for (std::size_t j = 0; j < entries; ++j) {
      const char* const value = rd_kafka_ConfigEntry_value(entry[j]);
      if (value != nullptr) {
        note_setting(topic, rd_kafka_ConfigEntry_name(entry[j]), value);
      }
    }
  }
}

}  // namespace

Result<void> check_properties(const KafkaConnection& connection, Log& log) {
  ClientEvents events("check", log);
  // Without a broker to connect to; a list that makes no sense is somebody else's to report.
  const auto client = make_client(ClientKind::producer, {"", connection.properties}, {}, events);
  if (!client) {
    return client.error();
  }
  return {};
}

Result<KafkaFacts> inspect_kafka(const KafkaConnection& connection,
                                 const std::vector<std::string>& topics, Duration timeout,
                                 Log& log) {
  ClientEvents events("check", log);
  // A consumer: its metadata requests create no topics.
  auto client = make_client(ClientKind::consumer, connection, {}, events);
  if (!client) {
    return client.error();
  }
  const auto all = metadata_of(client->get(), nullptr, timeout, events);
  if (!all && events.refused()) {
    return all.error();
  }
  if (!all) {
    return make_error(Errc::kafka, "no answer from " + printable(connection.brokers) + " within " +
                                       to_string(timeout) + ": " + all.error().what);
  }
  KafkaFacts facts;
  facts.brokers = (*all)->broker_cnt;
  // One by one: a list of all topics leaves out those that are hidden.
  for (const std::string& name : topics) {
    if (auto looked = look_at(client->get(), name, facts, timeout, events); !looked) {
      return looked.error();
    }
  }
  describe(client->get(), facts, timeout);
  return facts;
}

}  // namespace penstock::publish
