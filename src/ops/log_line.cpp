#include "ops/log_line.hpp"

#include <array>
#include <charconv>
#include <type_traits>

#include "penstock/core/json_writer.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::ops {
namespace {

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return "trace";
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "unknown";
}

void append_text_value(std::string& out, std::string_view value) {
  const std::string safe = printable(value, limits::log_value);
  if (!safe.empty() && safe.find_first_of(" \"=") == std::string::npos) {
    out += safe;
    return;
  }
  out += '"';
  for (const char c : safe) {
    if (c == '"') {
      out += '\\';
    }
    out += c;
  }
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), end);
}

std::string text_line(WallTime time, LogLevel level, std::string_view event,
                      std::span<const LogField> fields) {
  constexpr std::size_t level_width = 7;  // of "warning"
  std::string out = to_rfc3339(time);
  const std::string_view name = to_string(level);
  out.append(1, ' ').append(name).append(level_width - name.size() + 1, ' ');
  out += printable(event, limits::log_value);
  std::string_view gap = "  ";
  for (const LogField& field : fields) {
    out.append(gap).append(field.name).append(1, '=');
    gap = " ";
    std::visit(
        [&](const auto& value) {
          using Value = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, std::string_view>) {
            append_text_value(out, value);
          } else if constexpr (std::is_same_v<Value, bool>) {
            out += value ? "true" : "false";
          } else {
            append_number(out, value);
          }
        },
        field.value);
  }
  return out;
}

// At most log_value bytes, never half a character, and `...` where something was cut off.
std::string cut(std::string_view value) {
  if (value.size() <= limits::log_value) {
    return std::string(value);
  }
  const auto inside_character = [&](std::size_t at) {
    return (static_cast<unsigned char>(value[at]) & 0xc0) == 0x80;
  };
  constexpr std::size_t longest_tail = 3;  // bytes of a character after its first
  std::size_t end = limits::log_value;
  while (end > limits::log_value - longest_tail && inside_character(end)) {
    --end;
  }
  return std::string(value.substr(0, end)) + "...";
}

std::string json_line(WallTime time, LogLevel level, std::string_view event,
                      std::span<const LogField> fields) {
  JsonWriter json;
  json.begin_object()
      .field("time", to_rfc3339(time))
      .field("level", to_string(level))
      .field("event", cut(event));
  for (const LogField& field : fields) {
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string_view>) {
            json.field(field.name, cut(value));
          } else {
            json.field(field.name, value);
          }
        },
        field.value);
  }
  json.end_object();
  return std::move(json).str();
}

}  // namespace

std::string log_line(LogFormat format, WallTime time, LogLevel level, std::string_view event,
                     std::span<const LogField> fields) {
  return format == LogFormat::json ? json_line(time, level, event, fields)
                                   : text_line(time, level, event, fields);
}

}  // namespace penstock::ops
