#include "penstock/app/commands/gaps.hpp"

#include <rapidjson/document.h>

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

// A terminal takes them for commands. JSON as penstock writes it has none.
bool has_control_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F || c1) {
      return true;
    }
  }
  return false;
}

const rapidjson::Value* member(const rapidjson::Document& json, const char* name) {
  const auto found = json.FindMember(name);
  return found == json.MemberEnd() ? nullptr : &found->value;
}

std::string text(const rapidjson::Document& json, const char* name) {
  const auto* const value = member(json, name);
  return value != nullptr && value->IsString()
             ? std::string(value->GetString(), value->GetStringLength())
             : std::string();
}

std::optional<std::uint64_t> number(const rapidjson::Document& json, const char* name) {
  const auto* const value = member(json, name);
  return value != nullptr && value->IsUint64() ? std::optional(value->GetUint64()) : std::nullopt;
}

}  // namespace

std::optional<GapRecord> parse_gap(std::string_view key, std::string_view value) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(value.data(),
                                                                                     value.size());
  if (has_control_characters(value) || json.HasParseError() || !json.IsObject()) {
    return std::nullopt;
  }
  const auto started_at = parse_rfc3339(text(json, "started_at"));
  if (!started_at) {
    return std::nullopt;
  }
  const auto* const jobs = member(json, "jobs");
  return GapRecord{.key = std::string(key),
                   .json = std::string(value),
                   .source = text(json, "source"),
                   .cause = text(json, "cause"),
                   .state = text(json, "state"),
                   .note = text(json, "note"),
                   .started_at = *started_at,
                   .ended_at = parse_rfc3339(text(json, "ended_at")),
                   .estimated_events = number(json, "estimated_events"),
                   .recovered_events = number(json, "recovered_events").value_or(0),
                   .jobs = jobs != nullptr && jobs->IsArray() ? jobs->Size() : 0};
}

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
