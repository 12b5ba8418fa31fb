#include <rapidjson/document.h>

#include <algorithm>

#include "penstock/app/commands/gaps.hpp"
#include "penstock/core/utf8.hpp"

namespace penstock::app {
namespace {

// A terminal takes them for commands. JSON as penstock writes it has none.
bool has_control_characters(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length > 0 && is_control(code_point(text.substr(0, length)))) {
      return true;
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
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

}  // namespace penstock::app
