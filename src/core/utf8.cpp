#include "penstock/core/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace penstock {
namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080u;

std::uint64_t load(const char* p) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

bool continuation(char c) noexcept { return (static_cast<std::uint8_t>(c) & 0xc0) == 0x80; }

// See utf8_sequence_length(). Inlined into the loop below, where a call would cost as much again.
inline std::size_t sequence_length(const char* p, std::size_t left) noexcept {
  if (left == 0) {
    return 0;
  }
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(p[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) {
    return 1;
  }
  // The bounds of the second byte rule out overlong forms, surrogates and > U+10FFFF
  // (RFC 3629 section 4).
  if (lead >= 0xc2 && lead <= 0xdf) {
    return left >= 2 && continuation(p[1]) ? 2 : 0;
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool follow = left >= 3 && continuation(p[1]) && continuation(p[2]);
    return !follow || (lead == 0xe0 && at(1) < 0xa0) || (lead == 0xed && at(1) > 0x9f) ? 0 : 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool follow = left >= 4 && continuation(p[1]) && continuation(p[2]) && continuation(p[3]);
    return !follow || (lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) > 0x8f) ? 0 : 4;
  }
  return 0;
}

}  // namespace

bool is_ascii(std::string_view bytes) noexcept {
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  // Four words a step: the compiler makes vector instructions of it.
  for (; left >= 32; p += 32, left -= 32) {
    if (((load(p) | load(p + 8) | load(p + 16) | load(p + 24)) & high_bits) != 0) {
      return false;
    }
  }
  std::uint8_t seen = 0;
  for (; left > 0; ++p, --left) {
    seen |= static_cast<std::uint8_t>(*p);
  }
  return seen < 0x80;
}

std::size_t utf8_sequence_length(std::string_view bytes) noexcept {
  return sequence_length(bytes.data(), bytes.size());
}

char32_t code_point(std::string_view sequence) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(sequence[i]); };
  const std::size_t length = sequence.size();
  // The lead byte's own bits: all 7, or what is left behind as many ones as there are bytes.
  char32_t value = length == 1 ? at(0) : at(0) & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    value = value << 6 | (at(i) & 0x3fu);
  }
  return value;
}

bool is_control(char32_t code_point) noexcept {
  const auto within = [&](char32_t first, char32_t last) {
    return code_point >= first && code_point <= last;
  };
  return code_point < 0x20 || within(0x7f, 0x9f) || code_point == 0x61c || within(0x200e, 0x200f) ||
         within(0x202a, 0x202e) || within(0x2066, 0x2069);
}

void append_escape(std::string& out, char32_t code_point) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) {
    out += hex[code_point >> shift & 0xf];
  }
}

bool is_utf8(std::string_view bytes) noexcept {
  const char* p = bytes.data();
  for (std::size_t left = bytes.size(); left > 0;) {
    const bool ascii = left >= 8 && (load(p) & high_bits) == 0;
    const std::size_t length = ascii ? 8 : sequence_length(p, left);
    if (length == 0) {
      return false;
    }
    p += length;
    left -= length;
  }
  return true;
}

}  // namespace penstock
