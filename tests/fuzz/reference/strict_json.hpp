// JSON read slowly and by the letter of RFC 8259 and RFC 3629, into a tree: what the program's own
// parsers are compared with. Nothing of theirs is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock::fuzz {

struct Json {
  enum class Kind : std::uint8_t { null, yes, no, number, string, array, object };
  Kind kind = Kind::null;
  std::string written{};      // a number or string as it stands in the text, without the quotes
  std::u32string text{};      // of a string; a surrogate without its partner is a character here
  std::vector<Json> items{};  // of an array or object
  std::vector<Json> names{};  // of an object: strings, one for each item
  const Json* last(std::string_view ascii_name) const;  // of the members of that name; null: none
  bool is(Kind wanted) const { return kind == wanted; }
};

struct JsonReading {
  enum class Verdict : std::uint8_t { valid, invalid, too_deep };
  Verdict verdict = Verdict::invalid;
  Json value;           // of a valid text
  std::size_t end = 0;  // of a prefix: behind the value and the white space that follows it
};

// The whole text is one value with white space around it. Too deep is what opens more than
// `max_depth` containers at once and is valid up to there.
JsonReading read_json(std::string_view text, std::size_t max_depth);
// The first value of a text.
JsonReading read_json_prefix(std::string_view text, std::size_t max_depth);

// By the table of RFC 3629 section 4.
bool is_strict_utf8(std::string_view bytes);
// Surrogates become U+FFFD.
std::string utf8_of(const std::u32string& text);

// Without white space between the tokens.
std::string compact(const Json& value);

}  // namespace penstock::fuzz
