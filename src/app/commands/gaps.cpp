#include "penstock/app/commands/gaps.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "app/composition.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/publish/topic_reader.hpp"

namespace penstock::app {
namespace {

constexpr Duration poll{100};
constexpr Duration silence{10'000};  // of Kafka, while there is more to read

}  // namespace

Result<Gaps> read_gaps(const settings::Kafka& kafka, const GapsWanted& wanted) {
  NoLog log;
  const std::string topic = settings::topic_name(kafka, "gaps");
  auto reader = publish::TopicReader::open(kafka_connection(kafka), {topic}, log);
  if (!reader && reader.error().code == Errc::not_found) {
    return make_error(Errc::not_found, "there is no topic " + printable(topic) +
                                           ": has a daemon run with this kafka.topic_prefix?");
  }
  if (!reader) {
    return reader.error();
  }
  std::map<std::string, std::string> newest;
  std::string trouble = "it doesn't answer";
  for (MonotonicTime last = monotonic_now(); !(*reader)->at_end();) {
    auto record = (*reader)->next(poll);
    if (!record) {
      trouble = record.error().what;  // librdkafka goes on trying
    } else if (*record) {
      last = monotonic_now();
      newest[(*record)->key] = std::move((*record)->value);
    }
    if (monotonic_now() - last > silence) {
      return make_error(Errc::kafka, "Kafka: " + trouble);
    }
  }
  Gaps gaps;
  for (const auto& [key, value] : newest) {
    if (value.empty()) {
      continue;  // deleted
    }
    auto gap = parse_gap(key, value);
    if (!gap) {
      ++gaps.unreadable;
    } else if ((!wanted.source || gap->source == *wanted.source) &&
               (wanted.recovered || gap->state != "recovered")) {
      gaps.records.push_back(std::move(*gap));
    }
  }
  std::sort(gaps.records.begin(), gaps.records.end(), [](const auto& a, const auto& b) {
    return std::tie(a.started_at, a.key) < std::tie(b.started_at, b.key);
  });
  return gaps;
}

}  // namespace penstock::app
