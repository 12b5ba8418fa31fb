#include "publish/state_reader.hpp"

#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "publish/client.hpp"
#include "publish/milliseconds.hpp"

namespace penstock::publish {
namespace {

constexpr Duration answer_wait{10'000};  // then reading goes on where it was, and the log says so

}  // namespace

StateReader::StateReader(KafkaConnection connection, std::string topic, int partition, Log& log)
    : connection_(std::move(connection)),
      topic_(std::move(topic)),
      partition_(partition),
      log_(log),
      next_offset_(RD_KAFKA_OFFSET_BEGINNING) {}

Result<bool> StateReader::read(const TransactionalKafka::Apply& apply,
                               const std::function<bool()>& done, Duration timeout) {
  ClientEvents events("state", log_);
  auto client = make_client(ClientKind::consumer, connection_,
                            {{"isolation.level", "read_committed"},
                             {"enable.auto.commit", "false"},
                             {"auto.offset.reset", "earliest"},
                             {"fetch.wait.max.ms", "10"},
                             {"enable.partition.eof", "true"},
                             {"check.crcs", "true"}},
                            events);
  if (!client) {
    return client.error();
  }
  const TopicHandle topic(rd_kafka_topic_new(client->get(), topic_.c_str(), nullptr));
  if (!topic || rd_kafka_consume_start(topic.get(), partition_, next_offset_) != 0) {
    return make_error(Errc::kafka, "the state topic `" + topic_ + "` can't be read: " +
                                       rd_kafka_err2str(rd_kafka_last_error()));
  }
  struct Stop {
    rd_kafka_topic_t* topic;
    int partition;
    ~Stop() { rd_kafka_consume_stop(topic, partition); }
  } const stop{topic.get(), partition_};

  const MonotonicTime start = monotonic_now();
  bool at_end = false;  // of what is committed; it was, since the start
  while (!done()) {
    const Duration wait = at_end ? timeout : timeout + answer_wait;
    const auto left = std::chrono::ceil<Duration>(start + wait - monotonic_now());
    if (left <= Duration{0}) {
      return at_end ? Result<bool>(false)
                    : make_error(Errc::kafka, "the state topic `" + topic_ +
                                                  "` wasn't read to its end within " +
                                                  to_string(wait));
    }
    const MessageHandle message(rd_kafka_consume(topic.get(), partition_, milliseconds(left)));
    if (!message) {
      continue;
    }
    const bool is_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if ((is_end || message->err == RD_KAFKA_RESP_ERR_NO_ERROR) && message->offset < next_offset_) {
      // It ended before what was read of it, so reading began at its beginning.
      is_another_ = true;
      next_offset_ = message->offset;
    }
    if (is_end) {
      at_end = true;
      continue;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return make_error(Errc::kafka, "the state topic `" + topic_ + "` can't be read: " +
                                         printable(rd_kafka_message_errstr(message.get())));
    }
    const std::string_view key(static_cast<const char*>(message->key), message->key_len);
    std::optional<std::string_view> value;
    if (message->payload != nullptr) {
      value.emplace(static_cast<const char*>(message->payload), message->len);
    }
    if (auto applied = apply(key, value); !applied) {
      return applied.error();
    }
    next_offset_ = message->offset + 1;
  }
  return true;
}

}  // namespace penstock::publish
