#include "app/top/status_model.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>

#include "penstock/core/text.hpp"

namespace penstock::app::top {
namespace {

using Value = rapidjson::Value;

constexpr double longest_interval = 86'400;  // so that ten minutes of them are a duration

// A member of an object, or what stands for one that isn't there.
class Member {
 public:
  Member(const Value& object, const char* name) {
    if (object.IsObject()) {
      const auto found = object.FindMember(name);
      value_ = found == object.MemberEnd() ? nullptr : &found->value;
    }
  }

  std::string text() const {
    return value_ != nullptr && value_->IsString()
               ? printable({value_->GetString(), value_->GetStringLength()})
               : std::string();
  }
  bool flag() const { return value_ != nullptr && value_->IsBool() && value_->GetBool(); }
  std::optional<double> number() const {
    return value_ != nullptr && value_->IsNumber() ? std::optional(value_->GetDouble())
                                                   : std::nullopt;
  }
  std::optional<std::uint64_t> count() const {
    return value_ != nullptr && value_->IsUint64() ? std::optional(value_->GetUint64())
                                                   : std::nullopt;
  }
  std::optional<WallTime> time() const {
    return value_ != nullptr && value_->IsString()
               ? parse_rfc3339({value_->GetString(), value_->GetStringLength()})
               : std::nullopt;
  }
  Counts counts() const {
    Counts counts;
    if (value_ != nullptr && value_->IsObject()) {
      for (const auto& member : value_->GetObject()) {
        if (member.value.IsUint64()) {
          counts.emplace_back(printable({member.name.GetString(), member.name.GetStringLength()}),
                              member.value.GetUint64());
        }
      }
    }
    return counts;
  }
  std::vector<std::optional<double>> numbers() const {
    std::vector<std::optional<double>> numbers;
    if (value_ != nullptr && value_->IsArray()) {
      for (const Value& each : value_->GetArray()) {
        numbers.push_back(each.IsNumber() ? std::optional(each.GetDouble()) : std::nullopt);
      }
    }
    return numbers;
  }
  std::size_t size() const { return value_ != nullptr && value_->IsArray() ? value_->Size() : 0; }
  template <class Read>
  auto each(Read read) const {
    std::vector<decltype(read(*value_))> all;
    if (value_ != nullptr && value_->IsArray()) {
      for (const Value& item : value_->GetArray()) {
        if (item.IsObject()) {
          all.push_back(read(item));
        }
      }
    }
    return all;
  }
  const Value& value() const {
    static const Value none;
    return value_ == nullptr ? none : *value_;
  }

 private:
  const Value* value_ = nullptr;
};

std::uint64_t count(const Value& object, const char* name) {
  return Member(object, name).count().value_or(0);
}

Finding read_finding(const Value& json) {
  return {.reason = Member(json, "reason").text(),
          .source = Member(json, "source").text(),
          .detail = Member(json, "detail").text()};
}

Job read_job(const Value& json) {
  return {.id = Member(json, "job_id").text(),
          .status = Member(json, "status").text(),
          .events = count(json, "events"),
          .replays = count(json, "replays"),
          .settled = Member(json, "settled").flag(),
          .updated_at = Member(json, "updated_at").time()};
}

Gap read_gap(const Value& json) {
  return {.started_at = Member(json, "started_at").time(),
          .ended_at = Member(json, "ended_at").time(),
          .cause = Member(json, "cause").text(),
          .state = Member(json, "state").text(),
          .note = Member(json, "note").text(),
          .estimated_events = Member(json, "estimated_events").count(),
          .recovered_events = count(json, "recovered_events"),
          .jobs = Member(json, "jobs").size()};
}

Replay read_replay(const Value& json) {
  return {.job = Member(json, "job_id").text(),
          .started_at = Member(json, "started_at").time(),
          .delivered_events = count(json, "delivered_events"),
          .published_events = count(json, "published_events")};
}

Source read_source(const Value& json) {
  const Value& history = Member(json, "history").value();
  return {.name = Member(json, "name").text(),
          .connected = Member(json, "connected").flag(),
          .connected_since = Member(json, "connected_since").time(),
          .last_event_at = Member(json, "last_event_at").time(),
          .events_per_second = Member(json, "events_per_second").number(),
          .sessions = count(json, "sessions"),
          .received_bytes = count(json, "received_bytes"),
          .received_events = count(json, "received_events"),
          .recovered_events = count(json, "recovered_events"),
          .published_events = count(json, "published_events"),
          .duplicate_events = count(json, "duplicate_events"),
          .filtered_events = count(json, "filtered_events"),
          .journal_events = count(json, "journal_events"),
          .journal_bytes = count(json, "journal_bytes"),
          .journal_capacity_bytes = count(json, "journal_capacity_bytes"),
          .dead_letters = Member(json, "dead_letters").counts(),
          .gaps = Member(json, "gaps").counts(),
          .jobs = Member(json, "jobs").counts(),
          .replays = Member(json, "replays").counts(),
          .running_replays = Member(json, "running_replays").each(read_replay),
          .latest_gaps = Member(json, "latest_gaps").each(read_gap),
          .latest_jobs = Member(json, "latest_jobs").each(read_job),
          .interval_seconds = std::clamp(Member(history, "interval_seconds").number().value_or(0),
                                         0.0, longest_interval),
          .rates = Member(history, "events_per_second").numbers(),
          .delays = Member(history, "lag_seconds").numbers()};
}

Event read_event(const Value& json) {
  return {.at = Member(json, "at").time(),
          .source = Member(json, "source").text(),
          .event = Member(json, "event").text(),
          .detail = Member(json, "detail").text()};
}

}  // namespace

std::optional<double> Source::delay() const {
  const auto last = std::find_if(delays.rbegin(), delays.rend(),
                                 [](const auto& each) { return each.has_value(); });
  return last == delays.rend() ? std::nullopt : *last;
}

std::uint64_t count_of(const Counts& counts, std::string_view word) {
  const auto found =
      std::ranges::find_if(counts, [&](const auto& each) { return each.first == word; });
  return found == counts.end() ? 0 : found->second;
}

std::uint64_t sum_of(const Counts& counts) {
  std::uint64_t sum = 0;
  for (const auto& [word, number] : counts) {
    sum += number;
  }
  return sum;
}

Result<Status> parse_status(std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
      json.data(), json.size());
  if (document.HasParseError()) {
    return make_error(Errc::protocol, std::string("the answer is no JSON: ") +
                                          rapidjson::GetParseError_En(document.GetParseError()));
  }
  if (!document.IsObject() || !Member(document, "sources").value().IsArray()) {
    return make_error(Errc::protocol, "the answer is JSON, but no state of penstock");
  }
  const WallTime at = Member(document, "at").time().value_or(WallTime{});
  return Status{.version = Member(document, "version").text(),
                .host = Member(document, "host").text(),
                .started_at = Member(document, "started_at").time().value_or(at),
                .at = at,
                .ready = Member(document, "ready").flag(),
                .reasons = Member(document, "reasons").each(read_finding),
                .degraded = Member(document, "degraded").each(read_finding),
                .sources = Member(document, "sources").each(read_source),
                .events = Member(document, "latest_events").each(read_event)};
}

}  // namespace penstock::app::top
