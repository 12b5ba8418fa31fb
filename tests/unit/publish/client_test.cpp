// A client against librdkafka itself: what of it reaches the log, and what it asks of the brokers.
#include "publish/client.hpp"

#include <gtest/gtest.h>

#include <mutex>

#include "penstock/core/system_clock.hpp"

namespace penstock::publish {
namespace {

// Keeps the lines; any thread writes.
class KeptLog final : public Log {
 public:
  void write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) override {
    const std::lock_guard lock(mutex_);
    text_ += event;
    for (const LogField& field : fields) {
      if (const auto* const value = std::get_if<std::string_view>(&field.value)) {
        text_.append(" ").append(*value);
      }
    }
    text_ += '\n';
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

TEST(Client, LogsNoSecretThatLibrdkafkaQuotes) {
  KeptLog log;
  ClientEvents events("test", log);
  const KafkaConnection connection{
      .brokers = "127.0.0.1:9",
      .properties = {{"security.protocol", "SASL_PLAINTEXT"},
                     {"sasl.mechanism", "OAUTHBEARER"},
                     {"enable.sasl.oauthbearer.unsecure.jwt", "true"},
                     {"sasl.oauthbearer.config", "principal=admin bogus=hush-hush"}}};
  const auto client = make_client(ClientKind::producer, connection, {}, events);
  ASSERT_TRUE(client) << client.error().what;
  const MonotonicTime deadline = monotonic_now() + std::chrono::seconds(30);
  while (log.text().find("oauthbearer") == std::string::npos && monotonic_now() < deadline) {
    rd_kafka_poll(client->get(), 100);
  }
  EXPECT_NE(log.text().find("(hidden)"), std::string::npos) << log.text();
  EXPECT_EQ(log.text().find("hush"), std::string::npos) << log.text();
}

// Which only an operator can change: not the same as a Kafka that is away.
TEST(Client, TakesAConfigurationThatLibrdkafkaRefusesForAnInvalidOne) {
  NoLog log;
  ClientEvents events("test", log);
  const KafkaConnection connection{
      .brokers = "127.0.0.1:9",
      .properties = {{"security.protocol", "ssl"}, {"ssl.ca.location", "/nonexistent"}}};
  const auto client = make_client(ClientKind::producer, connection, {}, events);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Errc::invalid_configuration) << client.error().what;
}

TEST(Client, MakesNoTopicByAskingForIt) {
  NoLog log;
  const KafkaConnection connection{.brokers = "127.0.0.1:9", .properties = {}};
  for (const ClientKind kind : {ClientKind::producer, ClientKind::consumer, ClientKind::admin}) {
    ClientEvents events("test", log);
    const auto client = make_client(kind, connection, {}, events);
    ASSERT_TRUE(client) << client.error().what;
    std::string value(16, '\0');
    std::size_t size = value.size();
    ASSERT_EQ(rd_kafka_conf_get(rd_kafka_conf(client->get()), "allow.auto.create.topics",
                                value.data(), &size),
              RD_KAFKA_CONF_OK);
    EXPECT_STREQ(value.c_str(), "false");
  }
}

}  // namespace
}  // namespace penstock::publish
