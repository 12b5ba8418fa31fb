#include "penstock/publish/status_topic.hpp"

#include "penstock/core/json_writer.hpp"
#include "publish/client.hpp"
#include "publish/milliseconds.hpp"
#include "publish/record_arguments.hpp"

namespace penstock::publish {
namespace {

class Events final : public ClientEvents {
 public:
  explicit Events(Log& log) : ClientEvents("status", log), log_(log) {}
  void not_delivered(const rd_kafka_message_t& message) override {
    log_.warning("status record not delivered", {{"error", rd_kafka_err2str(message.err)}});
  }

 private:
  Log& log_;
};

class KafkaStatusTopic final : public StatusTopic {
 public:
  KafkaStatusTopic(std::unique_ptr<Events> events, ClientHandle client, TopicHandle topic, Log& log)
      : events_(std::move(events)),
        client_(std::move(client)),
        topic_(std::move(topic)),
        log_(log) {}

  void say(WallTime at, const SourceName& source, SourceEvent event,
           std::string_view detail) override {
    const std::string value = status_json(at, source, event, detail);
    RecordArguments arguments;
    arguments.topic(topic_.get()).key(source.str()).value(value).flags(RD_KAFKA_MSG_F_COPY);
    const ErrorHandle error(arguments.produce(client_.get()));
    if (error) {
      log_.warning("status record not queued", {{"error", rd_kafka_error_string(error.get())}});
    }
  }

  void poll() override { rd_kafka_poll(client_.get(), 0); }

  void flush(Duration timeout) override {
    rd_kafka_flush(client_.get(), milliseconds(timeout));
    // What is left then is given up: destroying the client would wait for it.
    rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                      RD_KAFKA_PURGE_F_NON_BLOCKING);
  }

 private:
  std::unique_ptr<Events> events_;  // before the client, which uses it to its end
  ClientHandle client_;
  TopicHandle topic_;
  Log& log_;
};

}  // namespace

std::string status_json(WallTime at, const SourceName& source, SourceEvent event,
                        std::string_view detail) {
  JsonWriter json;
  json.begin_object()
      .field("at", to_rfc3339(at))
      .field("source", source.str())
      .field("event", to_string(event))
      .field("detail", detail)
      .end_object();
  return std::move(json).str();
}

Result<std::unique_ptr<StatusTopic>> StatusTopic::open(const KafkaConnection& connection,
                                                       const std::string& topic, Log& log) {
  auto events = std::make_unique<Events>(log);
  auto client =
      make_client(ClientKind::producer, connection,
                  {{"enable.idempotence", "true"},
                   // Changes are few; through an outage of ten minutes they wait, then go.
                   {"message.timeout.ms", "600000"},
                   {"queue.buffering.max.messages", "10000"}},
                  *events);
  if (!client) {
    return client.error();
  }
  TopicHandle handle(rd_kafka_topic_new(client->get(), topic.c_str(), nullptr));
  return std::unique_ptr<StatusTopic>(std::make_unique<KafkaStatusTopic>(
      std::move(events), std::move(*client), std::move(handle), log));
}

}  // namespace penstock::publish
