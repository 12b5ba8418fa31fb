#include "publish/state_reader.hpp"

#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "publish/client.hpp"

namespace penstock::publish {

StateReader::StateReader(KafkaConnection connection, std::string topic, SourceName source, Log& log)
    : connection_(std::move(connection)),
      topic_(std::move(topic)),
      source_(std::move(source)),
      log_(log),
      next_offset_(RD_KAFKA_OFFSET_BEGINNING) {}

template <class Done>
Result<bool> StateReader::read(SourceState& state, Duration timeout, Done done) {
  ClientEvents events("state", log_);
  auto client = make_client(ClientKind::consumer, connection_,
                            {{"isolation.level", "read_committed"},
                             {"enable.auto.commit", "false"},
                             {"auto.offset.reset", "earliest"},
                             {"fetch.wait.max.ms", "10"},
                             {"check.crcs", "true"}},
                            events);
  if (!client) {
    return client.error();
  }
  const TopicHandle topic(rd_kafka_topic_new(client->get(), topic_.c_str(), nullptr));
  const int partition = state_partition(source_);
  if (!topic || rd_kafka_consume_start(topic.get(), partition, next_offset_) != 0) {
    return make_error(Errc::kafka, "the state topic `" + topic_ + "` can't be read: " +
                                       rd_kafka_err2str(rd_kafka_last_error()));
  }
  struct Stop {
    rd_kafka_topic_t* topic;
    int partition;
    ~Stop() { rd_kafka_consume_stop(topic, partition); }
  } const stop{topic.get(), partition};

  const MonotonicTime deadline = monotonic_now() + timeout;
  while (!done()) {
    const auto left = std::chrono::ceil<Duration>(deadline - monotonic_now());
    if (left <= Duration{0}) {
      return false;
    }
    const MessageHandle message(
        rd_kafka_consume(topic.get(), partition, static_cast<int>(left.count())));
    if (!message) {
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
    if (auto applied = state.apply(key, value); !applied) {
      return applied.error();
    }
    next_offset_ = message->offset + 1;
  }
  return true;
}

Result<void> StateReader::read_to_claim(SourceState& state, const Owner& owner, Duration timeout) {
  const auto claimed = [&] {
    const auto& owners = state.owners();
    const auto found = owners.find(owner.instance);
    return found != owners.end() && found->second.claim >= owner.claim;
  };
  const auto found = read(state, timeout, claimed);
  if (!found) {
    return found.error();
  }
  if (!*found) {
    return make_error(Errc::kafka, "the own claim isn't visible in `" + topic_ + "` after " +
                                       to_string(timeout) +
                                       "; another open transaction or a "
                                       "broker that is behind holds it back");
  }
  return {};
}

Result<void> StateReader::read_for_another(SourceState& state, const std::string& instance,
                                           Duration timeout) {
  const auto another = [&] {
    return state.latest_owner() && state.latest_owner()->instance != instance;
  };
  if (const auto found = read(state, timeout, another); !found) {
    return found.error();
  }
  return {};
}

}  // namespace penstock::publish
