// Reads JSON: the grammar of RFC 8259, no more and no less, within the depth limit.
//
// The text is read once, in place, without recursion, copy or allocation, and never behind its end.
// Numbers have any size; escaped surrogates needn't be paired; a NUL is a byte that has no place in
// the grammar. Whether strings are UTF-8 is left to the caller. Pure.
//
// A text that opens more than limits::max_depth containers at once is too deep if it is well-formed
// up to there; what follows isn't read.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "extract/json_text.hpp"
#include "extract/string_end.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::extract {

enum class JsonVerdict : std::uint8_t { object, other_value, invalid, too_deep };

struct JsonResult {
  JsonVerdict verdict = JsonVerdict::invalid;
  bool ascii = true;  // of a valid text: no byte is above 0x7f
};

// Handler: what EventHandler has.
//
// The steps below take the position where their part of the text begins and return the one behind
// it, or null where the part isn't valid.
template <class Handler>
class JsonParser {
 public:
  JsonParser(std::string_view text, Handler& handler)
      : begin_(text.data()), end_(begin_ + text.size()), handler_(handler) {}

  JsonResult parse() {
    const JsonVerdict verdict = text();
    return {verdict, ascii_};
  }

 private:
  static_assert(limits::max_depth <= 64, "`containers` has one bit a level");

  JsonVerdict text() {
    std::uint64_t containers = 0;  // one bit a level, the innermost lowest: 1 in an object
    std::size_t depth = 0;
    const char* p = space(begin_);
    const bool object = at(p) == '{';
    for (;;) {
      const char c = at(p);
      if (c == '"') {
        JsonString value;
        p = string(p, value);
        if (p == nullptr) {
          return JsonVerdict::invalid;
        }
        handler_.string(value);
      } else if (c == '{' || c == '[') {
        if (depth == limits::max_depth) {
          return JsonVerdict::too_deep;
        }
        ++depth;
        containers = containers << 1 | static_cast<std::uint64_t>(c == '{');
        c == '{' ? handler_.begin_object() : handler_.begin_array();
        p = space(p + 1);
        if (at(p) != (c == '{' ? '}' : ']')) {
          if (c == '{') {
            p = name(p);
            if (p == nullptr) {
              return JsonVerdict::invalid;
            }
          }
          continue;
        }
      } else {
        p = c == 't'   ? literal(p, "true")
            : c == 'f' ? literal(p, "false")
            : c == 'n' ? literal(p, "null")
                       : number(p);
        if (p == nullptr) {
          return JsonVerdict::invalid;
        }
      }
      // Behind a value: the ends of the containers that end with it, then the next value.
      for (;;) {
        p = space(p);
        if (depth == 0) {
          return p != end_ ? JsonVerdict::invalid
                 : object  ? JsonVerdict::object
                           : JsonVerdict::other_value;
        }
        const bool in_object = (containers & 1) != 0;
        const char d = at(p);
        if (d == ',') {
          p = space(p + 1);
          if (in_object) {
            p = name(p);
            if (p == nullptr) {
              return JsonVerdict::invalid;
            }
          }
          break;
        }
        if (d != (in_object ? '}' : ']')) {
          return JsonVerdict::invalid;
        }
        ++p;
        --depth;
        containers >>= 1;
        handler_.end();
      }
    }
  }

  // NUL at the end of the text, where it fits no rule of the grammar either.
  char at(const char* p) const { return p != end_ ? *p : '\0'; }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  const char* space(const char* p) const {
    // Most of the time there is none, which one comparison tells.
    while (p != end_ && static_cast<std::uint8_t>(*p) <= ' ' &&
           (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) {
      ++p;
    }
    return p;
  }

  // A member's name and the colon; its value stands behind.
  const char* name(const char* p) {
    JsonString key;
    if (at(p) != '"' || (p = string(p, key)) == nullptr) {
      return nullptr;
    }
    handler_.key(key);
    p = space(p);
    return at(p) == ':' ? space(p + 1) : nullptr;
  }

  const char* literal(const char* p, std::string_view word) {
    if (!std::string_view(p, static_cast<std::size_t>(end_ - p)).starts_with(word)) {
      return nullptr;
    }
    handler_.literal(word);
    return p + word.size();
  }

  const char* digits(const char* p) const {
    const char* const first = p;
    while (p != end_ && is_digit(*p)) {
      ++p;
    }
    return p != first ? p : nullptr;
  }

  const char* number(const char* const first) {
    const char* p = first;
    if (at(p) == '-') {
      ++p;
    }
    p = at(p) == '0' ? p + 1 : digits(p);
    if (p != nullptr && at(p) == '.') {
      p = digits(p + 1);
    }
    if (p != nullptr && (at(p) == 'e' || at(p) == 'E')) {
      ++p;
      p = digits(at(p) == '+' || at(p) == '-' ? p + 1 : p);
    }
    if (p != nullptr) {
      handler_.number({first, static_cast<std::size_t>(p - first)});
    }
    return p;
  }

  const char* string(const char* p, JsonString& out) {
    const char* const first = ++p;
    p = end_of_short(first);
    if (p == nullptr) {
      const StringEnd found = find_string_end(first, end_);
      p = found.quote;
      out.escaped = found.escaped;
      ascii_ = ascii_ && found.ascii;
      if (p == nullptr) {
        return nullptr;
      }
    }
    out.raw = {first, static_cast<std::size_t>(p - first)};
    return p + 1;
  }

  // Most strings have fewer than 16 bytes and nothing special. Null: this one may be another.
  const char* end_of_short([[maybe_unused]] const char* p) const {
#if defined(__SSE2__)
    constexpr std::ptrdiff_t step = 16;
    if (end_ - p >= step) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
      const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
      // Signed: bytes above 0x7f are below 0x20, too.
      const __m128i special = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
      const auto quotes = static_cast<std::uint32_t>(_mm_movemask_epi8(quote));
      const auto others =
          static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(backslash, special)));
      if (quotes != 0 && (others & (quotes - 1) & ~quotes) == 0) {
        return p + std::countr_zero(quotes);
      }
    }
#endif
    return nullptr;
  }

  const char* const begin_;
  const char* const end_;
  Handler& handler_;
  bool ascii_ = true;
};

template <class Handler>
JsonResult parse_json(std::string_view text, Handler& handler) {
  return JsonParser<Handler>(text, handler).parse();
}

}  // namespace penstock::extract
