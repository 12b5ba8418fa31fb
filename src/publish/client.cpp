#include "publish/client.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::publish {
namespace {

ClientEvents& events_of(void* opaque) { return *static_cast<ClientEvents*>(opaque); }

// librdkafka closes failed connection attempts too (of a second address of a host, say). Only a
// connection on which the broker answered can have carried the end of a transaction.
bool was_up(int socket) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         info.tcpi_bytes_received > 0;
}

int on_close_socket(int socket, void* opaque) {
  if (was_up(socket)) {
    events_of(opaque).connection_lost();
  }
  return close(socket);
}

void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  events_of(rd_kafka_opaque(client)).logged(level, facility, text);
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    events_of(opaque).not_delivered(*message);
  }
}

void on_error(rd_kafka_t*, int error, const char* text, void* opaque) {
  events_of(opaque).failed(static_cast<rd_kafka_resp_err_t>(error), text);
}

int on_statistics(rd_kafka_t*, char* json, std::size_t size, void* opaque) {
  events_of(opaque).statistics({json, size});
  return 0;  // it stays librdkafka's, which frees it
}

// The configuration's properties are a producer's. A consumer or an admin client takes those that
// say how to reach and trust the brokers.
bool applies(ClientKind kind, std::string_view property) {
  static constexpr std::array<std::string_view, 11> shared{
      "sasl.",           "ssl.",         "security.",
      "socket.",         "client.",      "broker.address.",
      "broker.version.", "enable.sasl.", "enable.ssl.",
      "reconnect.",      "api.version."};
  return kind == ClientKind::producer ||
         std::any_of(shared.begin(), shared.end(),
                     [&](std::string_view prefix) { return property.starts_with(prefix); });
}

}  // namespace

void ClientEvents::logged(int syslog_level, std::string_view facility, std::string_view text) {
  const LogLevel level = syslog_level <= LOG_WARNING  ? LogLevel::warning
                         : syslog_level <= LOG_NOTICE ? LogLevel::info
                                                      : LogLevel::debug;
  log_.write(level, "librdkafka",
             {{"client", client_}, {"facility", facility}, {"text", secrets_.redact(text)}});
}

// Without a callback for errors librdkafka would log them itself.
void ClientEvents::failed(rd_kafka_resp_err_t error, std::string_view text) {
  logged(LOG_ERR, "ERROR", text);
  const std::string safe = printable(secrets_.redact(text), limits::log_value);
  if (auto trouble = connection_trouble(error, safe)) {
    trouble_ = std::move(trouble);
  }
}

std::string ClientEvents::unanswered(std::string_view why) const {
  if (refused()) {
    return trouble_->text;
  }
  return std::string(why) + (trouble_ ? ": " + trouble_->text : "");
}

std::string ClientEvents::shown(std::string_view text) const {
  return printable(secrets_.redact(text));
}

Result<ClientHandle> make_client(ClientKind kind, const KafkaConnection& connection,
                                 const std::map<std::string, std::string>& ours,
                                 ClientEvents& events) {
  std::map<std::string, std::string> properties = ours;
  properties["bootstrap.servers"] = connection.brokers;
  // A broker would make a missing topic with its own settings: an event topic too small, a state
  // topic of too few partitions that isn't compacted.
  properties["allow.auto.create.topics"] = "false";
  for (const auto& [name, value] : connection.properties) {
    if (applies(kind, name)) {
      properties.emplace(name, value);
    }
  }
  properties.emplace("client.id", "penstock");
  ConfHandle conf(rd_kafka_conf_new());
  std::array<char, 512> text{};
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(), text.size()) !=
        RD_KAFKA_CONF_OK) {
      // librdkafka's text repeats the value, which may be a secret.
      return make_error(Errc::invalid_configuration,
                        "librdkafka refuses kafka.properties `" + printable(name) +
                            "`: no such property, or not such a value");
    }
  }
  events.hide(Secrets(connection.properties));
  rd_kafka_conf_set_opaque(conf.get(), &events);
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  rd_kafka_conf_set_closesocket_cb(conf.get(), on_close_socket);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  if (kind == ClientKind::producer) {
    rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
    rd_kafka_conf_set_stats_cb(conf.get(), on_statistics);
  }
  const auto type = kind == ClientKind::consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
  ClientHandle client(rd_kafka_new(type, conf.get(), text.data(), text.size()));
  if (!client) {
    // Else it is the machine that has no thread for it.
    const bool invalid = rd_kafka_last_error() == RD_KAFKA_RESP_ERR__INVALID_ARG;
    return make_error(invalid ? Errc::invalid_configuration : Errc::kafka,
                      "librdkafka can't make a client: " + events.shown(text.data()));
  }
  conf.release();  // rd_kafka_new took it
  return client;
}

}  // namespace penstock::publish
