// Pieces of a JSON text as they stand in it. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock::extract {

// A string between its quotes, not decoded.
struct JsonString {
  std::string_view raw;
  bool escaped = false;  // holds at least one backslash
};

// An escaped surrogate without its partner is valid by RFC 8259 section 8.2, but no character.
enum class LoneSurrogate : std::uint8_t {
  replace,  // by U+FFFD: the result is valid UTF-8 whenever `raw` is
  keep,     // as three bytes that valid UTF-8 never has (WTF-8): nothing is lost
};

// What stands behind a backslash, but for `u`: what both mean. NUL: that is no escape.
inline constexpr std::array<char, 128> simple_escapes = [] {
  std::array<char, 128> table{};
  table['"'] = '"';
  table['\\'] = '\\';
  table['/'] = '/';
  table['b'] = '\b';
  table['f'] = '\f';
  table['n'] = '\n';
  table['r'] = '\r';
  table['t'] = '\t';
  return table;
}();

inline constexpr std::array<std::uint8_t, 256> hex_digits = [] {  // 1 for each that is one
  std::array<std::uint8_t, 256> table{};
  for (const char digit : std::string_view("0123456789abcdefABCDEF")) {
    table[static_cast<std::uint8_t>(digit)] = 1;
  }
  return table;
}();

// Where the escape ends whose backslash stands right before `p`; null: it is none.
inline const char* end_of_escape(const char* p, const char* end) {
  if (p == end) {
    return nullptr;
  }
  const auto c = static_cast<unsigned char>(*p++);
  if (c < simple_escapes.size() && simple_escapes[c] != '\0') {
    return p;
  }
  constexpr std::ptrdiff_t digits = 4;
  const auto is_hex = [&](int i) -> unsigned {
    return hex_digits[static_cast<std::uint8_t>(p[i])];
  };
  // Without a branch for each digit: the processor would guess wrong.
  return c == 'u' && end - p >= digits && (is_hex(0) & is_hex(1) & is_hex(2) & is_hex(3)) != 0
             ? p + digits
             : nullptr;
}

// Writes what the inside of a valid JSON string means, and returns the end of it. There must be
// room for raw.size() bytes at `out`.
char* unescape_into(std::string_view raw, char* out, LoneSurrogate lone);
// The same as a string, lone surrogates replaced.
std::string unescape(std::string_view raw);

// The value of a valid JSON number, its fraction cut off; nothing where int64 can't hold it.
std::optional<std::int64_t> integer_part(std::string_view number);

}  // namespace penstock::extract
