#include "penstock/publish/status_topic.hpp"

#include <atomic>
#include <future>
#include <optional>
#include <system_error>

#include "penstock/core/json_writer.hpp"
#include "penstock/core/system_clock.hpp"
#include "publish/client.hpp"
#include "publish/error_classes.hpp"
#include "publish/metadata.hpp"
#include "publish/milliseconds.hpp"
#include "publish/record_arguments.hpp"
#include "publish/topic_admin.hpp"

namespace penstock::publish {
namespace {

constexpr Duration longest_wait{5'000};   // of a record; then the topic is looked for
constexpr Duration metadata_wait{1'000};  // for what Kafka says of it; a stop may wait for that
constexpr Duration making_wait{10'000};   // a stop doesn't

class Events final : public ClientEvents {
 public:
  explicit Events(Log& log) : ClientEvents("status", log), log_(log) {}
  void not_delivered(const rd_kafka_message_t& message) override {
    look_at(message.err);
    log_.warning("status record not delivered", {{"error", rd_kafka_err2str(message.err)}});
  }
  void look_at(rd_kafka_resp_err_t error) {
    if (is_missing_for_record(error)) {
      topic_missing = true;
    }
  }
  std::atomic<bool> topic_missing = false;  // say() finds it, too, on any thread

 private:
  Log& log_;
};

class KafkaStatusTopic final : public StatusTopic {
 public:
  KafkaStatusTopic(std::unique_ptr<Events> events, ClientHandle client, TopicHandle topic,
                   KafkaConnection connection, std::optional<TopicSpec> spec, Log& log)
      : events_(std::move(events)),
        client_(std::move(client)),
        topic_(std::move(topic)),
        connection_(std::move(connection)),
        spec_(std::move(spec)),
        log_(log) {}

  void say(WallTime at, const SourceName& source, SourceEvent event,
           std::string_view detail) override {
    const std::string value = status_json(at, source, event, detail);
    RecordArguments arguments;
    arguments.topic(topic_.get()).key(source.str()).value(value).flags(RD_KAFKA_MSG_F_COPY);
    const ErrorHandle error(arguments.produce(client_.get()));
    if (error) {
      events_->look_at(rd_kafka_error_code(error.get()));
      log_.warning("status record not queued", {{"error", rd_kafka_error_string(error.get())}});
    }
  }

  void poll() override {
    rd_kafka_poll(client_.get(), 0);
    const MonotonicTime now = monotonic_now();
    if (rd_kafka_outq_len(client_.get()) == 0) {
      nothing_waited_at_ = now;
    }
    // librdkafka (2.0) tells nothing of records that it was about to send again when the topic
    // went.
    const bool waits = now - nothing_waited_at_ > longest_wait;
    const bool idle = !look_.valid() || look_.wait_for(Duration{0}) == std::future_status::ready;
    if (idle && !ends_ && (waits || events_->topic_missing.exchange(false))) {
      nothing_waited_at_ = now;
      try {
        look_ = std::async(std::launch::async, [this] { make_where_missing(); });
      } catch (const std::system_error&) {  // no thread to be had: the next record asks again
      }
    }
  }

  void flush(Duration timeout) override {
    ends_ = true;
    rd_kafka_flush(client_.get(), milliseconds(timeout));
    // What is left then is given up: destroying the client would wait for it.
    rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                      RD_KAFKA_PURGE_F_NON_BLOCKING);
  }

 private:
  rd_kafka_resp_err_t ask() {
    const struct rd_kafka_metadata* found = nullptr;
    const auto error =
        rd_kafka_metadata(client_.get(), 0, topic_.get(), &found, milliseconds(metadata_wait));
    const MetadataHandle metadata(found);
    return metadata ? metadata->topics[0].err : error;
  }
  // On a thread of its own: it waits for Kafka. By the answers librdkafka sees where it is, too.
  void make_where_missing() {
    if (!is_missing(ask()) || !spec_) {
      return;
    }
    const auto made = create_topics(
        connection_, {*spec_}, making_wait, [this] { return ends_.load(); }, log_);
    if (!made && !ends_) {
      log_.warning("the status topic can't be made again", {{"error", made.error().what}});
    }
    static_cast<void>(ask());
  }

  std::unique_ptr<Events> events_;  // before the client, which uses it to its end
  ClientHandle client_;
  TopicHandle topic_;
  KafkaConnection connection_;
  std::optional<TopicSpec> spec_;  // none: topics aren't made
  Log& log_;
  MonotonicTime nothing_waited_at_ = monotonic_now();
  std::atomic<bool> ends_ = false;
  std::future<void> look_;  // last: its end is waited for, and it uses all of the above
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
                                                       const std::string& topic,
                                                       const TopicPlan& plan, Log& log) {
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
  auto spec = plan.create ? std::optional(status_topic(topic, plan)) : std::nullopt;
  return std::unique_ptr<StatusTopic>(std::make_unique<KafkaStatusTopic>(
      std::move(events), std::move(*client), std::move(handle), connection, std::move(spec), log));
}

}  // namespace penstock::publish
