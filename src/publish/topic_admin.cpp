#include "publish/topic_admin.hpp"

#include <array>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "publish/client.hpp"
#include "publish/milliseconds.hpp"

namespace penstock::publish {

namespace {

// A record is an event and its frame.
std::string max_message(const TopicPlan& plan) {
  return std::to_string(plan.max_event.count + limits::segment_slack.count);
}

// Null: none came in time or until it was stopped, or none will as a broker has refused the client.
EventHandle wait_for_answer(rd_kafka_t* client, rd_kafka_queue_t* queue, Duration timeout,
                            const std::function<bool()>& stopped, ClientEvents& events) {
  constexpr Duration step{100};           // between two looks at what the brokers say
  constexpr Duration own_timeout{1'000};  // librdkafka's answer to the time-out comes behind it
  const MonotonicTime deadline = monotonic_now() + timeout + own_timeout;
  while (monotonic_now() < deadline && !events.refused() && !stopped()) {
    if (EventHandle answer{rd_kafka_queue_poll(queue, milliseconds(step))}) {
      return answer;
    }
    rd_kafka_poll(client, 0);
  }
  return {};
}

}  // namespace

TopicSpec event_topic(const std::string& name, const TopicPlan& plan) {
  return {
      name, plan.partitions, plan.replication_factor, {{"max.message.bytes", max_message(plan)}}};
}

TopicSpec status_topic(const std::string& name, const TopicPlan& plan) {
  return {name, 1, plan.replication_factor, {}};
}

std::vector<TopicSpec> topics_of(const TopicNames& names, const TopicPlan& plan) {
  return {
      event_topic(names.events, plan),
      {names.dead_letters, 1, plan.replication_factor, {{"max.message.bytes", max_message(plan)}}},
      status_topic(names.status, plan),
      {names.jobs, 1, plan.replication_factor, {{"cleanup.policy", "compact"}}},
      {names.gaps, 1, plan.replication_factor, {{"cleanup.policy", "compact"}}},
      // Small segments, often cleaned: the topic is read at every start.
      {names.state,
       limits::state_partitions,
       plan.replication_factor,
       {{"cleanup.policy", "compact"},
        {"segment.bytes", "16777216"},
        {"segment.ms", "3600000"},
        {"min.cleanable.dirty.ratio", "0.1"}}},
  };
}

Result<void> create_topics(const KafkaConnection& connection, const std::vector<TopicSpec>& topics,
                           Duration timeout, const std::function<bool()>& stopped, Log& log) {
  ClientEvents events("topics", log);
  auto client = make_client(ClientKind::admin, connection, {}, events);
  if (!client) {
    return client.error();
  }
  std::vector<NewTopicHandle> handles;
  std::vector<rd_kafka_NewTopic_t*> requested;
  std::array<char, 512> text{};
  for (const TopicSpec& topic : topics) {
    handles.emplace_back(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                               topic.replication_factor, text.data(), text.size()));
    if (!handles.back()) {
      return make_error(Errc::invalid_configuration,
                        "the topic `" + printable(topic.name) + "` can't be made: " + text.data());
    }
    for (const auto& [name, value] : topic.settings) {
      rd_kafka_NewTopic_set_config(handles.back().get(), name.c_str(), value.c_str());
    }
    requested.push_back(handles.back().get());
  }
  const AdminOptionsHandle options(
      rd_kafka_AdminOptions_new(client->get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), milliseconds(timeout), text.data(),
                                            text.size());
  const QueueHandle queue(rd_kafka_queue_new(client->get()));
  rd_kafka_CreateTopics(client->get(), requested.data(), requested.size(), options.get(),
                        queue.get());
  const EventHandle answer = wait_for_answer(client->get(), queue.get(), timeout, stopped, events);
  if (!answer) {
    return make_error(events.errc(),
                      events.unanswered("no answer about the topics within " + to_string(timeout)));
  }
  if (rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return make_error(events.errc(),
                      events.unanswered(printable(rd_kafka_event_error_string(answer.get()))));
  }
  std::size_t count = 0;
  const auto* const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_topic_result_name(results[i]);
    switch (rd_kafka_topic_result_error(results[i])) {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
        log.info("topic created", {{"topic", name}});
        break;
      case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
        break;
      case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        // It may exist; producing to it will tell.
        log.warning("topic not created: not allowed to", {{"topic", name},
                                                          {"remedy",
                                                           "create it, or allow Create; else set "
                                                           "kafka.create_topics to false"}});
        break;
      default: {
        const char* const why = rd_kafka_topic_result_error_string(results[i]);
        return make_error(Errc::invalid_argument,
                          "the topic `" + printable(name) +
                              "` can't be made: " + printable(why == nullptr ? "" : why));
      }
    }
  }
  return {};
}

}  // namespace penstock::publish
