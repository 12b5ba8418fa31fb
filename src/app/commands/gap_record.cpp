#include <rapidjson/document.h>

#include "penstock/app/commands/gaps.hpp"

namespace penstock::app {
namespace {

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

}  // namespace penstock::app
