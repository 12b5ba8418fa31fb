// A line as the extraction reads it, and as the reference does: neither accepts what the other
// refuses, and both find the same in it.
#include <charconv>
#include <deque>

#include "extract/line_parser.hpp"
#include "extract/status_handler.hpp"
#include "fuzz/check.hpp"
#include "fuzz/reference/json_value.hpp"
#include "fuzz/reference/strict_json.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::fuzz {
namespace {

using Kind = Json::Kind;
using Verdict = JsonReading::Verdict;

std::optional<DeadLetterReason> reason(std::string_view line, const JsonReading& reading) {
  if (!is_strict_utf8(line)) {
    return DeadLetterReason::invalid_utf8;
  }
  if (reading.verdict != Verdict::valid) {
    return reading.verdict == Verdict::invalid ? DeadLetterReason::invalid_json
                                               : DeadLetterReason::too_deep;
  }
  return reading.value.is(Kind::object) ? std::nullopt
                                        : std::optional(DeadLetterReason::not_an_object);
}

const Json* member(const Json& root, const char* section, const char* name) {
  const Json* const found = root.last(section);
  return found == nullptr ? nullptr : found->last(name);
}

std::optional<std::string> text(const Json& root, const char* section, const char* name) {
  const Json* const value = member(root, section, name);
  return value != nullptr && value->is(Kind::string) ? std::optional(utf8_of(value->text))
                                                     : std::nullopt;
}

std::optional<std::int64_t> whole_number(const Json* value) {
  const auto decimal =
      value != nullptr && value->is(Kind::number) ? decimal_of(value->written) : std::nullopt;
  return decimal ? whole_part(*decimal) : std::nullopt;
}

std::uint32_t port(const Json& root, const char* section) {
  constexpr std::int64_t most = 65'535;
  const Json* const value = member(root, section, "port");
  std::int64_t number = whole_number(value).value_or(0);
  if (value != nullptr && value->is(Kind::string)) {
    constexpr std::size_t many = 12;  // digits, without zeros in front
    const std::string& written = value->written;
    const std::size_t first = std::min(written.find_first_not_of('0'), written.size());
    const bool digits = written.find_first_not_of("0123456789") == std::string::npos;
    number = digits && written.size() - first < many ? std::atoll(written.c_str()) : 0;
  }
  return number > 0 && number <= most ? static_cast<std::uint32_t>(number) : 0;
}

bool beyond_reference(const Json* value) {
  return value != nullptr && value->is(Kind::number) && !decimal_of(value->written);
}

void compare(const Event& event, const Json& root, const std::string& shown) {
  const auto type = text(root, "origin", "type"), job = text(root, "origin", "job_id");
  must(event.has_type == type.has_value() && event.type == type.value_or(""), "types agree", shown);
  must(event.has_job_id == job.has_value() && event.job_id == job.value_or(""), "job ids agree",
       shown);
  must(event.country == text(root, "origin", "country").value_or(""), "countries agree", shown);

  auto ip = text(root, "target", "ip");
  ip = ip ? ip : text(root, "peer", "ip");
  const bool of_origin = !ip && text(root, "origin", "ip");
  ip = ip ? ip : text(root, "origin", "ip");
  must(event.has_ip == ip.has_value() && event.ip == ip.value_or(""), "addresses agree", shown);
  must(event.ip_is_origin == of_origin, "whose address it is", shown);

  const std::uint32_t of_target = port(root, "target");
  if (!beyond_reference(member(root, "target", "port")) &&
      !beyond_reference(member(root, "peer", "port"))) {
    must(event.port == (of_target != 0 ? of_target : port(root, "peer")), "ports agree", shown);
  }
  const Json* const ts = member(root, "origin", "ts");
  auto time = whole_number(ts);
  const bool minus = ts != nullptr && ts->written.starts_with('-') && time != 0;
  time = time && !minus && *time <= limits::max_time_ms ? time : std::nullopt;
  if (!beyond_reference(ts)) {
    must(event.time_ms == time, "times agree", shown);
  }
}

std::optional<bool> flag(const Json& root, const char* name) {
  const Json* const value = member(root, "status", name);
  return value == nullptr || (!value->is(Kind::yes) && !value->is(Kind::no))
             ? std::nullopt
             : std::optional(value->is(Kind::yes));
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  // A copy of its own size, so that a read behind its end is seen.
  const std::vector<char> copy(data, data + size);
  const std::string_view line(copy.data(), copy.size());
  const std::string shown(line);
  const fuzz::JsonReading reading = fuzz::read_json(line, limits::max_depth);

  static extract::LineParser parser;
  Event event;
  std::deque<std::string> decoded;
  const auto refused = parser.parse(line, event, decoded);
  fuzz::must(refused == fuzz::reason(line, reading), "both refuse it, for the same reason", shown);
  if (!refused) {
    fuzz::compare(event, reading.value, shown);
    const JobFlags flags{.success = fuzz::flag(reading.value, "success"),
                         .started = fuzz::flag(reading.value, "started"),
                         .completed = fuzz::flag(reading.value, "completed"),
                         .revoked = fuzz::flag(reading.value, "revoked")};
    fuzz::must(extract::job_flags(line) == flags, "flags agree", shown);
  }
  return 0;
}
