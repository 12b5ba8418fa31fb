// Pieces of a JSON text as they stand in it. Pure.
#pragma once

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

// Writes what the inside of a valid JSON string means, and returns the end of it. There must be
// room for raw.size() bytes at `out`.
char* unescape_into(std::string_view raw, char* out, LoneSurrogate lone);
// The same as a string, lone surrogates replaced.
std::string unescape(std::string_view raw);

// The value of a valid JSON number, its fraction cut off; nothing where int64 can't hold it.
std::optional<std::int64_t> integer_part(std::string_view number);

}  // namespace penstock::extract
