#include "penstock/publish/topic_reader.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "penstock/core/text.hpp"
#include "publish/client.hpp"
#include "publish/metadata.hpp"
#include "publish/milliseconds.hpp"

namespace penstock::publish {
namespace {

struct PartitionsDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const noexcept {
    rd_kafka_topic_partition_list_destroy(list);
  }
};

using Place = std::pair<std::string, std::int32_t>;  // topic and partition
using Offsets = std::map<Place, std::int64_t>;

constexpr Duration answer_wait{10'000};  // for what is asked before reading

Result<ClientHandle> make_reader(const KafkaConnection& connection, const char* isolation,
                                 ClientEvents& events) {
  return make_client(ClientKind::consumer, connection,
                     {{"group.id", "penstock-reader"},  // required, not used
                      {"isolation.level", isolation},
                      {"enable.auto.commit", "false"},
                      {"enable.partition.eof", "true"},
                      {"auto.offset.reset", "earliest"},
                      {"fetch.wait.max.ms", "10"}},
                     events);
}

Result<void> add_partitions(rd_kafka_t* client, const std::string& name, Offsets& from,
                            ClientEvents& events) {
  const TopicHandle topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  const Metadata metadata = ask_metadata(client, topic.get(), answer_wait, events);
  if (!metadata.found && events.refused()) {
    return make_error(events.errc(), events.unanswered({}));
  }
  if (!metadata.found) {
    return make_error(Errc::kafka, "Kafka: no answer about the topic `" + printable(name) +
                                       "`: " + rd_kafka_err2str(metadata.error) +
                                       "; is kafka.brokers right, and are they up?");
  }
  const auto& told = metadata.found->topics[0];
  const auto missing = told.err;
  for (int i = 0; i < told.partition_cnt; ++i) {
    from.emplace(Place(name, told.partitions[i].id), RD_KAFKA_OFFSET_BEGINNING);
  }
  if (missing != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return make_error(
        missing == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ? Errc::not_found : Errc::kafka,
        "the topic `" + printable(name) + "`: " + rd_kafka_err2str(missing));
  }
  return {};
}

// The offsets behind what is written, open transactions included. A client is told what its own
// isolation sees, so this takes another one.
Result<Offsets> ends_of(const KafkaConnection& connection, const Offsets& places, Log& log) {
  ClientEvents events("ends", log);
  const auto client = make_reader(connection, "read_uncommitted", events);
  if (!client) {
    return client.error();
  }
  Offsets ends;
  for (const auto& [place, unused] : places) {
    std::int64_t begin = 0;
    const auto error =
        rd_kafka_query_watermark_offsets(client->get(), place.first.c_str(), place.second, &begin,
                                         &ends[place], milliseconds(answer_wait));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return make_error(Errc::kafka, "the end of the topic `" + printable(place.first) +
                                         "`: " + rd_kafka_err2str(error));
    }
  }
  return ends;
}

std::vector<std::pair<std::string, std::string>> headers_of(const rd_kafka_message_t* message) {
  std::vector<std::pair<std::string, std::string>> headers;
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return headers;  // there are none
  }
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    headers.emplace_back(name, std::string(value == nullptr ? "" : static_cast<const char*>(value),
                                           value == nullptr ? 0 : size));
  }
  return headers;
}

class KafkaTopicReader final : public TopicReader {
 public:
  KafkaTopicReader(std::unique_ptr<ClientEvents> events, ClientHandle client)
      : events_(std::move(events)), client_(std::move(client)) {}

  ~KafkaTopicReader() override { rd_kafka_consumer_close(client_.get()); }

  Result<void> add_partitions(const std::string& topic, Offsets& from) {
    return publish::add_partitions(client_.get(), topic, from, *events_);
  }

  // Through at `ends`; where a partition isn't among them, at the end of what is committed.
  Result<void> assign(const Offsets& from, Offsets ends) {
    const std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionsDeleter> partitions(
        rd_kafka_topic_partition_list_new(static_cast<int>(from.size())));
    for (const auto& [place, offset] : from) {
      rd_kafka_topic_partition_list_add(partitions.get(), place.first.c_str(), place.second)
          ->offset = offset;
      unread_.insert(place);
    }
    ends_ = std::move(ends);
    const auto error = rd_kafka_assign(client_.get(), partitions.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return make_error(Errc::kafka, rd_kafka_err2str(error));
    }
    return {};
  }

  Result<std::optional<ReadRecord>> next(Duration timeout) override {
    const MessageHandle message(rd_kafka_consumer_poll(client_.get(), milliseconds(timeout)));
    if (!message) {
      return std::optional<ReadRecord>{};
    }
    const Place place(message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt),
                      message->partition);
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      const auto end = ends_.find(place);
      if (end == ends_.end() || message->offset >= end->second) {
        unread_.erase(place);
      }
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
                                    .value = text(message->payload, message->len),
                                    .headers = headers_of(message.get())});
  }

  bool at_end() const override { return unread_.empty(); }

 private:
  std::set<Place> unread_;  // there may be more
  Offsets ends_;
  std::unique_ptr<ClientEvents> events_;  // before the client, which uses it to its end
  ClientHandle client_;
};

Result<std::unique_ptr<KafkaTopicReader>> open_reader(const KafkaConnection& connection, Log& log) {
  auto events = std::make_unique<ClientEvents>("reader", log);
  auto client = make_reader(connection, "read_committed", *events);
  if (!client) {
    return client.error();
  }
  rd_kafka_poll_set_consumer(client->get());
  return std::make_unique<KafkaTopicReader>(std::move(events), std::move(*client));
}

}  // namespace

Result<std::unique_ptr<TopicReader>> TopicReader::open(const KafkaConnection& connection,
                                                       const std::vector<std::string>& topics,
                                                       Log& log, ReadTo to) {
  auto reader = open_reader(connection, log);
  if (!reader) {
    return reader.error();
  }
  Offsets from;
  for (const std::string& name : topics) {
    if (auto added = (*reader)->add_partitions(name, from); !added) {
      return added.error();
    }
  }
  auto ends = to == ReadTo::written ? ends_of(connection, from, log) : Result<Offsets>(Offsets{});
  if (!ends) {
    return ends.error();
  }
  if (auto assigned = (*reader)->assign(from, std::move(*ends)); !assigned) {
    return assigned.error();
  }
  return std::unique_ptr<TopicReader>(std::move(*reader));
}

Result<std::unique_ptr<TopicReader>> TopicReader::open_at(
    const KafkaConnection& connection, const std::string& topic,
    const std::map<std::int32_t, std::int64_t>& offsets, Log& log) {
  auto reader = open_reader(connection, log);
  if (!reader) {
    return reader.error();
  }
  Offsets from;
  for (const auto& [partition, offset] : offsets) {
    from.emplace(Place(topic, partition), offset);
  }
  if (auto assigned = (*reader)->assign(from, {}); !assigned) {
    return assigned.error();
  }
  return std::unique_ptr<TopicReader>(std::move(*reader));
}

}  // namespace penstock::publish
