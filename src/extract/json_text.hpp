// Pieces of a JSON text as they stand in it. Pure.
#pragma once

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

// What the inside of a valid JSON string means. An escaped surrogate without its partner (valid by
// RFC 8259 section 8.2, but no character) becomes U+FFFD, so that the result is valid UTF-8
// whenever `raw` is.
std::string unescape(std::string_view raw);

// The value of a valid JSON number, its fraction cut off; nothing where int64 can't hold it.
std::optional<std::int64_t> integer_part(std::string_view number);

}  // namespace penstock::extract
