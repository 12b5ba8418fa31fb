#include "event_text.hpp"

#include <charconv>

namespace penstock::scenario {
namespace {

constexpr std::string_view mark_name = "\"mark\":";
constexpr std::string_view foreign_end = ",\"replayed\":true}";

std::string address_of(std::uint64_t mark) { return "10.0.0." + std::to_string(mark % 7); }

std::string origin(const Content& content, std::string_view type, std::string_view space) {
  const std::string gap(space);
  std::string text = "{\"type\":" + gap + "\"" + std::string(type) + "\"," + gap;
  if (!content.job_id.empty()) {
    text += "\"job_id\":" + gap + "\"" + content.job_id + "\"," + gap;
  }
  return text + "\"ts\":" + gap + std::to_string(content.at.time_since_epoch().count()) + "}";
}

std::string flag(const std::optional<bool>& value) {
  return !value ? "null" : *value ? "true" : "false";
}

}  // namespace

std::string live_line(const Content& content) {
  return "{\"origin\":" + origin(content, "port", "") + ",\"target\":{\"ip\":\"" +
         address_of(content.mark) + "\",\"port\":443},\"result\":{" + std::string(mark_name) +
         std::to_string(content.mark) + ",\"ratio\":1.10,\"name\":\"caf\\u00e9\"}}";
}

std::string replay_line(const Content& content, unsigned style) {
  const std::string gap = (style & 1) != 0 ? " " : "";
  const std::string number = (style & 2) != 0 ? "11e-1" : "1.1";
  const std::string result = "\"result\":" + gap + "{\"name\":\"caf\xc3\xa9\"," + gap +
                             std::string(mark_name) + std::to_string(content.mark) +
                             ",\"ratio\":" + number + "}";
  const std::string target =
      "\"target\":{\"port\":443," + gap + "\"ip\":\"" + address_of(content.mark) + "\"}";
  const std::string first = "\"origin\":" + gap + origin(content, "port", gap);
  return (style & 4) != 0 ? "{" + result + "," + gap + target + "," + first + "}"
                          : "{" + first + "," + result + "," + gap + target + gap + "}";
}

std::string foreign_line(const Content& content) {
  std::string line = replay_line(content, 0);
  line.pop_back();
  return line + std::string(foreign_end);
}

bool is_foreign(std::string_view line) { return line.ends_with(foreign_end); }

std::string status_line(const Content& content, const JobFlags& flags) {
  return "{\"origin\":" + origin(content, "job_status", "") +
         ",\"status\":{\"success\":" + flag(flags.success) + ",\"started\":" + flag(flags.started) +
         ",\"completed\":" + flag(flags.completed) + ",\"revoked\":" + flag(flags.revoked) + "}," +
         std::string(mark_name) + std::to_string(content.mark) + "}";
}

std::string bad_line(const Content& content, std::size_t largest, bool too_large) {
  std::string line = "{" + std::string(mark_name) + std::to_string(content.mark) +
                     ",\"origin\":" + origin(content, "port", "");
  if (too_large) {
    return line + ",\"body\":\"" + std::string(largest, 'x') + "\"}";
  }
  return line + ",,}";
}

std::optional<std::uint64_t> mark_of(std::string_view line) {
  const std::size_t found = line.find(mark_name);
  if (found == std::string_view::npos) {
    return std::nullopt;
  }
  const char* const digits = line.data() + found + mark_name.size();
  std::uint64_t mark = 0;
  const auto [end, error] = std::from_chars(digits, line.data() + line.size(), mark);
  return error == std::errc{} ? std::optional(mark) : std::nullopt;
}

}  // namespace penstock::scenario
