#include "extract/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace penstock::extract {
namespace {

constexpr std::uint32_t replacement = 0xfffd;

bool high_surrogate(std::uint32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool low_surrogate(std::uint32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

std::uint32_t hex4(std::string_view digits) {
  std::uint32_t unit = 0;
  std::from_chars(digits.data(), digits.data() + 4, unit, 16);
  return unit;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // quote, backslash, slash
  }
}

}  // namespace

std::string unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    out.append(raw.substr(0, plain));
    raw.remove_prefix(plain);
    if (raw.empty()) {
      break;
    }
    if (raw[1] != 'u') {
      out.push_back(simple_escape(raw[1]));
      raw.remove_prefix(2);
      continue;
    }
    const std::uint32_t unit = hex4(raw.substr(2));
    raw.remove_prefix(6);
    if (high_surrogate(unit) && raw.starts_with("\\u") && low_surrogate(hex4(raw.substr(2)))) {
      append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (hex4(raw.substr(2)) - 0xdc00));
      raw.remove_prefix(6);
    } else {
      append_utf8(out, high_surrogate(unit) || low_surrogate(unit) ? replacement : unit);
    }
  }
  return out;
}

std::optional<std::int64_t> integer_part(std::string_view number) {
  const char* const end = number.data() + number.size();
  std::int64_t integer = 0;
  if (const auto [stop, error] = std::from_chars(number.data(), end, integer);
      error == std::errc{} && stop == end) {
    return integer;
  }
  double real = 0;
  if (std::from_chars(number.data(), end, real).ec != std::errc{}) {
    return std::nullopt;
  }
  constexpr double limit = 9223372036854775808.0;  // 2^63
  if (real < -limit || real >= limit) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(real);
}

}  // namespace penstock::extract
