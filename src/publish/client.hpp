// A librdkafka client made from our configuration, and what it tells us on its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/log.hpp"
#include "penstock/publish/kafka.hpp"
#include "publish/connection_trouble.hpp"
#include "publish/handles.hpp"
#include "publish/secrets.hpp"

namespace penstock::publish {

enum class ClientKind : std::uint8_t { producer, consumer, admin };

// Receives what librdkafka's threads report. It outlives the client that it is given to.
class ClientEvents {
 public:
  ClientEvents(std::string client, Log& log) : client_(std::move(client)), log_(log) {}
  virtual ~ClientEvents() = default;
  ClientEvents(const ClientEvents&) = delete;
  ClientEvents& operator=(const ClientEvents&) = delete;

  // Connections that had been up and are gone, since the start. Any thread.
  std::uint64_t connections_lost() const noexcept { return connections_lost_.load(); }
  void connection_lost() noexcept { ++connections_lost_; }
  void logged(int syslog_level, std::string_view facility, std::string_view text);
  // librdkafka's text without the connection's secrets. make_client() tells them, before there is a
  // thread that logs.
  std::string shown(std::string_view text) const;
  void hide(Secrets secrets) { secrets_ = std::move(secrets); }

  // The rest on the thread that polls.
  virtual void not_delivered(const rd_kafka_message_t&) {}
  virtual void statistics(std::string_view json) { static_cast<void>(json); }
  void failed(rd_kafka_resp_err_t error, std::string_view text);
  // A call succeeded: what hindered the ones before doesn't any more.
  void works() { trouble_.reset(); }
  bool refused() const { return trouble_ && trouble_->refused; }
  // Why a call wasn't answered: librdkafka's word for it, or better what it said of the
  // connections.
  std::string unanswered(std::string_view why) const;
  // Of the error of such a call.
  Errc errc() const { return refused() ? Errc::invalid_configuration : Errc::kafka; }

 private:
  std::string client_;
  Log& log_;
  Secrets secrets_;
  std::atomic<std::uint64_t> connections_lost_{0};
  std::optional<ConnectionTrouble> trouble_;
};

// `ours` wins over the configuration's properties. Errors name the property, never its value.
Result<ClientHandle> make_client(ClientKind kind, const KafkaConnection& connection,
                                 const std::map<std::string, std::string>& ours,
                                 ClientEvents& events);

}  // namespace penstock::publish
