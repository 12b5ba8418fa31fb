#include "penstock/publish/topic_reader.hpp"

#include <set>
#include <utility>

#include "penstock/core/text.hpp"
#include "publish/client.hpp"

namespace penstock::publish {
namespace {

struct PartitionsDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const noexcept {
    rd_kafka_topic_partition_list_destroy(list);
  }
};

class KafkaTopicReader final : public TopicReader {
 public:
  KafkaTopicReader(std::unique_ptr<ClientEvents> events, ClientHandle client)
      : events_(std::move(events)), client_(std::move(client)) {}

  ~KafkaTopicReader() override { rd_kafka_consumer_close(client_.get()); }

  Result<void> assign(const std::vector<std::string>& topics) {
    constexpr int timeout_ms = 10'000;
    const std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionsDeleter> partitions(
        rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
    for (const std::string& name : topics) {
      const TopicHandle topic(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
      const struct rd_kafka_metadata* metadata = nullptr;
      const auto error = rd_kafka_metadata(client_.get(), 0, topic.get(), &metadata, timeout_ms);
      if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return make_error(Errc::kafka, "no metadata of the topic `" + printable(name) +
                                           "`: " + rd_kafka_err2str(error));
      }
      const auto missing = metadata->topics[0].err;
      for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
        const std::int32_t partition = metadata->topics[0].partitions[i].id;
        rd_kafka_topic_partition_list_add(partitions.get(), name.c_str(), partition)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
        unread_.emplace(name, partition);
      }
      rd_kafka_metadata_destroy(metadata);
      if (missing != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return make_error(
            missing == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ? Errc::not_found : Errc::kafka,
            "the topic `" + printable(name) + "`: " + rd_kafka_err2str(missing));
      }
    }
    const auto error = rd_kafka_assign(client_.get(), partitions.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return make_error(Errc::kafka, rd_kafka_err2str(error));
    }
    return {};
  }

  Result<std::optional<ReadRecord>> next(Duration timeout) override {
    const MessageHandle message(
        rd_kafka_consumer_poll(client_.get(), static_cast<int>(timeout.count())));
    if (!message) {
      return std::optional<ReadRecord>{};
    }
    const std::pair place(
        std::string(message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt)),
        message->partition);
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      unread_.erase(place);
      return std::optional<ReadRecord>{};
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return make_error(Errc::kafka, printable(rd_kafka_message_errstr(message.get())));
    }
    unread_.insert(place);
    const auto text = [](const void* bytes, std::size_t size) {
      return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
    };
    return std::optional(ReadRecord{.topic = place.first,
                                    .partition = place.second,
                                    .offset = message->offset,
                                    .key = text(message->key, message->key_len),
                                    .value = text(message->payload, message->len)});
  }

  bool at_end() const override { return unread_.empty(); }

 private:
  std::set<std::pair<std::string, std::int32_t>> unread_;  // there may be more
  std::unique_ptr<ClientEvents> events_;  // before the client, which uses it to its end
  ClientHandle client_;
};

}  // namespace

Result<std::unique_ptr<TopicReader>> TopicReader::open(const KafkaConnection& connection,
                                                       const std::vector<std::string>& topics,
                                                       Log& log) {
  auto events = std::make_unique<ClientEvents>("reader", log);
  auto client = make_client(ClientKind::consumer, connection,
                            {{"group.id", "penstock-reader"},  // required, not used
                             {"isolation.level", "read_committed"},
                             {"enable.auto.commit", "false"},
                             {"enable.partition.eof", "true"},
                             {"auto.offset.reset", "earliest"},
                             {"fetch.wait.max.ms", "10"}},
                            *events);
  if (!client) {
    return client.error();
  }
  rd_kafka_poll_set_consumer(client->get());
  auto reader = std::make_unique<KafkaTopicReader>(std::move(events), std::move(*client));
  if (auto assigned = reader->assign(topics); !assigned) {
    return assigned.error();
  }
  return std::unique_ptr<TopicReader>(std::move(reader));
}

}  // namespace penstock::publish
