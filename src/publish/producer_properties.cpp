#include "publish/producer_properties.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "penstock/core/limits.hpp"

namespace penstock::publish {
namespace {

// Records go in full batches, and with a flush. Where one has waited for longer, librdkafka's
// thread polls without a pause as in a flush.
constexpr Duration linger{limits::transaction_timeout / 2};

// What is packed is read from where it stands, unless it is as small as this. librdkafka would copy
// it first, into a buffer that it makes for 10,000 records of this size at most, or for all that is
// queued: with its default these were up to 10 MB, with new pages each time. So small that such a
// buffer stays below limits::returned_at_once.
constexpr std::string_view copied_value_bytes = "320";

// Of what isn't packed, librdkafka writes each piece to TLS by itself: that is better copied.
bool is_packed(const std::map<std::string, std::string>& properties) {
  return std::ranges::any_of(std::array{"compression.codec", "compression.type"},
                             [&](const char* name) {
                               const auto set = properties.find(name);
                               return set != properties.end() && set->second != "none";
                             });
}

}  // namespace

std::map<std::string, std::string> producer_properties(const ProducerOptions& options) {
  const auto timeout =
      std::to_string(std::chrono::milliseconds(limits::transaction_timeout).count());
  // Room for the record around the largest event; librdkafka's own bound is 10^9.
  const std::uint64_t message_max =
      std::min<std::uint64_t>(options.max_event.count + limits::segment_slack.count, 1'000'000'000);
  std::map<std::string, std::string> ours{
      {"transactional.id", options.transactional_id},
      {"enable.idempotence", "true"},
      {"transaction.timeout.ms", timeout},
      {"message.timeout.ms", timeout},
      {"message.max.bytes", std::to_string(message_max)},
      {"queue.buffering.max.messages", std::to_string(limits::librdkafka_queue_messages)},
      // Room for a whole transaction, and for the largest event in any case.
      {"queue.buffering.max.kbytes",
       std::to_string(limits::librdkafka_queue_kbytes + message_max / 1024)},
      {"queue.buffering.max.ms", std::to_string(linger.count())},
      {"sticky.partitioning.linger.ms", "0"},  // else it chooses before EventPartitioner does
      // A commit asks for all deliveries; the single reports of success are not looked at.
      {"delivery.report.only.error", "true"},
      {"statistics.interval.ms",
       std::to_string(options.counters == nullptr ? 0 : options.statistics_interval.count())}};
  const auto& set = options.connection.properties;
  if (is_packed(set) && !set.contains("message.copy.max.bytes")) {
    ours.emplace("message.copy.max.bytes", copied_value_bytes);
  }
  return ours;
}

}  // namespace penstock::publish
