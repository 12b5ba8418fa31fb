#include "publish/client_statistics.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <set>

namespace penstock::publish {
namespace {

using rapidjson::Value;

const Value* member(const Value& object, const char* name) {
  if (!object.IsObject()) {
    return nullptr;
  }
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::uint64_t number(const Value& object, const char* name) {
  const Value* const value = member(object, name);
  return value != nullptr && value->IsUint64() ? value->GetUint64() : 0;
}

std::string_view text(const Value& object, const char* name) {
  const Value* const value = member(object, name);
  return value != nullptr && value->IsString()
             ? std::string_view(value->GetString(), value->GetStringLength())
             : std::string_view{};
}

std::optional<KafkaTransaction> transaction_of(std::string_view state) {
  struct Known {
    std::string_view name;
    KafkaTransaction state;
  };
  using enum KafkaTransaction;
  static constexpr std::array known{
      Known{"Init", starting},
      Known{"WaitPID", starting},
      Known{"ReadyNotAcked", idle},
      Known{"Ready", idle},
      Known{"InTransaction", open},
      Known{"BeginCommit", committing},
      Known{"CommittingTransaction", committing},
      Known{"CommitNotAcked", committing},
      Known{"BeginAbort", aborting},
      Known{"AbortingTransaction", aborting},
      Known{"AbortedNotAcked", aborting},
      Known{"AbortableError", failed},
      Known{"FatalError", failed},
  };
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const Known& one) { return one.name == state; });
  return found == known.end() ? std::nullopt : std::optional(found->state);
}

// A broker that is also the coordinator of transactions has two entries, each a connection.
class Brokers {
 public:
  void add(const Value& broker) {
    if (text(broker, "state") == "UP") {
      up_.insert(text(broker, "nodename"));
    }
    retries_ += number(broker, "txretries");
    timeouts_ += number(broker, "req_timeouts");
    if (const Value* const trips = member(broker, "rtt")) {
      trips_ += number(*trips, "cnt");
      trips_us_ += number(*trips, "sum");
      p99_us_ = std::max(p99_us_, number(*trips, "p99"));
    }
  }

  void write(ClientStatistics& statistics) const {
    constexpr double microseconds = 1e6;
    statistics.brokers_up = up_.size();
    statistics.retries = retries_;
    statistics.timeouts = timeouts_;
    if (trips_ > 0) {
      statistics.round_trip_seconds =
          static_cast<double>(trips_us_) / static_cast<double>(trips_) / microseconds;
      statistics.round_trip_p99_seconds = static_cast<double>(p99_us_) / microseconds;
    }
  }

 private:
  std::set<std::string_view> up_;
  std::uint64_t retries_ = 0, timeouts_ = 0;
  std::uint64_t trips_ = 0, trips_us_ = 0, p99_us_ = 0;
};

}  // namespace

std::optional<ClientStatistics> read_statistics(std::string_view json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) {
    return std::nullopt;
  }
  ClientStatistics statistics;
  statistics.queue_records = number(document, "msg_cnt");
  statistics.queue_bytes = number(document, "msg_size");
  statistics.requests = number(document, "tx");
  statistics.sent_bytes = number(document, "tx_bytes");
  if (const Value* const transactions = member(document, "eos")) {
    statistics.transaction = transaction_of(text(*transactions, "txn_state"));
  }
  Brokers all;
  if (const Value* const brokers = member(document, "brokers");
      brokers != nullptr && brokers->IsObject()) {
    for (const auto& broker : brokers->GetObject()) {
      all.add(broker.value);
    }
  }
  all.write(statistics);
  return statistics;
}

}  // namespace penstock::publish
