// Appends the pieces that events are made of to a caller's string. No separators of its own: what
// is written by hand as text costs less than a JSON writer would.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "simulator/random.hpp"
#include "simulator/text_pool.hpp"

namespace penstock::simulator {

inline void append_hex(std::string& out, SplitMix64& random, std::size_t digits) {
  while (digits > 0) {
    std::uint64_t bits = random();
    for (int i = 0; i < 16 && digits > 0; ++i, --digits, bits >>= 4) {
      out += "0123456789abcdef"[bits & 15];
    }
  }
}

// A UUID as RFC 4122 writes it, version 4.
inline void append_uuid(std::string& out, SplitMix64& random) {
  append_hex(out, random, 8);
  for (const char* group : {"-", "-4", "-a"}) {
    out += group;
    append_hex(out, random, group[1] == '\0' ? 4 : 3);
  }
  out += '-';
  append_hex(out, random, 12);
}

struct EventWriter {
  std::string& out;
  SplitMix64& random;
  const TextPool& text_pool;    // banners, headers, bodies
  const TextPool& base64_pool;  // keys, certificates

  EventWriter& raw(std::string_view text) {
    out += text;
    return *this;
  }
  EventWriter& number(std::uint64_t value) {
    char digits[20];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    return *this;
  }
  EventWriter& number(std::uint64_t low, std::uint64_t high) {
    return number(random.between(low, high));
  }
  EventWriter& text(std::size_t low, std::size_t high) {
    text_pool.append(out, random.between(low, high), random);
    return *this;
  }
  EventWriter& base64(std::size_t low, std::size_t high) {
    base64_pool.append(out, random.between(low, high), random);
    return *this;
  }
  EventWriter& hex(std::size_t digits) {
    append_hex(out, random, digits);
    return *this;
  }
  EventWriter& ipv4() {
    const std::uint64_t bits = random();
    number(1 + bits % 223).raw(".");
    return number((bits >> 8) & 255)
        .raw(".")
        .number((bits >> 16) & 255)
        .raw(".")
        .number((bits >> 24) & 255);
  }
  EventWriter& ipv6() {
    return raw("2001:").hex(4).raw(":").hex(4).raw("::").hex(3).raw(":").hex(4);
  }
  // One of `choices`, as text.
  template <class Range>
  EventWriter& pick(const Range& choices) {
    return raw(choices[random.below(std::size(choices))]);
  }
};

}  // namespace penstock::simulator
