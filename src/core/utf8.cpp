#include "penstock/core/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif

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

#if defined(__SSSE3__)

constexpr std::size_t vector_size = sizeof(__m128i);

// 16 bytes at a time, each with the three before it, without a branch for each character.
class Utf8Check {
 public:
  void add(__m128i bytes) {
    if (_mm_movemask_epi8(_mm_or_si128(bytes, before_)) != 0) {
      wrong_ = _mm_or_si128(wrong_, wrong_in(bytes));
    }
    before_ = bytes;
  }
  // Whether it is UTF-8 but for a character that may not be whole at the end.
  bool good() const {
    return _mm_movemask_epi8(_mm_cmpeq_epi8(wrong_, _mm_setzero_si128())) == 0xffff;
  }

 private:
  // Two bytes in a row are wrong in one of these ways (RFC 3629 section 4), each of which shows in
  // three halves of a byte: both of the first byte, and the upper one of the second.
  static constexpr std::uint8_t few = 1;          // a lead byte, and none that continues
  static constexpr std::uint8_t many = 2;         // ASCII, and one that continues
  static constexpr std::uint8_t overlong_2 = 4;   // C0, C1
  static constexpr std::uint8_t overlong_3 = 8;   // E0 80 to 9F
  static constexpr std::uint8_t overlong_4 = 16;  // F0 80 to 8F; or F5 and above with these
  static constexpr std::uint8_t surrogate = 32;   // ED A0 to BF
  static constexpr std::uint8_t large = 64;       // F4 90 and above
  static constexpr std::uint8_t two = 128;        // both continue: right as third and fourth

  using Table = std::array<std::uint8_t, 16>;  // by half of a byte

  static constexpr Table first_upper() {
    Table table{};
    std::fill(table.begin(), table.begin() + 8, many);
    std::fill(table.begin() + 8, table.begin() + 12, two);
    table[0xc] = few | overlong_2;
    table[0xd] = few;
    table[0xe] = few | overlong_3 | surrogate;
    table[0xf] = few | overlong_4 | large;
    return table;
  }
  static constexpr Table first_lower() {
    constexpr std::uint8_t any = few | many | two;
    Table table{};
    table.fill(any);
    table[0] = any | overlong_2 | overlong_3 | overlong_4;
    table[1] = any | overlong_2;
    table[4] = any | large;
    std::fill(table.begin() + 5, table.end(), std::uint8_t{any | overlong_4 | large});
    table[0xd] |= surrogate;
    return table;
  }
  static constexpr Table second_upper() {
    constexpr std::uint8_t any = many | two | overlong_2;
    Table table{};
    table.fill(few);
    table[0x8] = any | overlong_3 | overlong_4;
    table[0x9] = any | overlong_3 | large;
    table[0xa] = table[0xb] = any | surrogate | large;
    return table;
  }

  static __m128i look_up(const Table& table, __m128i halves) {
    const __m128i loaded = _mm_load_si128(reinterpret_cast<const __m128i*>(table.data()));
    return _mm_shuffle_epi8(loaded, _mm_and_si128(halves, _mm_set1_epi8(0x0f)));
  }

  __m128i wrong_in(__m128i bytes) const {
    alignas(__m128i) static constexpr Table by_first_upper = first_upper();
    alignas(__m128i) static constexpr Table by_first_lower = first_lower();
    alignas(__m128i) static constexpr Table by_second_upper = second_upper();
    const __m128i first = _mm_alignr_epi8(bytes, before_, 15);
    const __m128i pairs =
        _mm_and_si128(_mm_and_si128(look_up(by_first_upper, _mm_srli_epi16(first, 4)),
                                    look_up(by_first_lower, first)),
                      look_up(by_second_upper, _mm_srli_epi16(bytes, 4)));
    // Two that continue must stand two behind E0 and above, and three behind F0 and above.
    const __m128i behind_e0 =
        _mm_subs_epu8(_mm_alignr_epi8(bytes, before_, 14), _mm_set1_epi8(0xe0 - 0x80));
    const __m128i behind_f0 =
        _mm_subs_epu8(_mm_alignr_epi8(bytes, before_, 13), _mm_set1_epi8(0xf0 - 0x80));
    const __m128i highest_bit = _mm_set1_epi8(static_cast<char>(two));
    const __m128i right = _mm_and_si128(_mm_or_si128(behind_e0, behind_f0), highest_bit);
    return _mm_xor_si128(right, pairs);
  }

  __m128i before_ = _mm_setzero_si128();
  __m128i wrong_ = _mm_setzero_si128();
};

#endif

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
  std::size_t left = bytes.size();
#if defined(__SSSE3__)
  if (left >= vector_size) {
    Utf8Check check;
    for (; left >= vector_size; p += vector_size, left -= vector_size) {
      check.add(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    if (!check.good()) {
      return false;
    }
    // The last character may go on: it is read once more.
    for (std::size_t back = 1; back <= 3; ++back) {
      if (!continuation(p[-static_cast<std::ptrdiff_t>(back)])) {
        p -= back;
        left += back;
        break;
      }
    }
  }
#endif
  while (left > 0) {
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
