#include "extract/string_end.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

#include "extract/json_text.hpp"

#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif

namespace penstock::extract {
namespace {

#if defined(__SSSE3__)

// A bit for each of 64 bytes, the lowest for the first one.
using Bits = std::uint64_t;

constexpr std::ptrdiff_t step = 64;

Bits below_lowest(Bits bits) { return (bits - 1) & ~bits; }

// 64 bytes of a string.
class Step {
 public:
  explicit Step(const char* p) {
    const auto* const from = reinterpret_cast<const __m128i*>(p);
    for (int i = 0; i < 4; ++i) {
      parts_[i] = _mm_loadu_si128(from + i);
    }
  }

  Bits quotes() const { return equal('"'); }
  Bits backslashes() const { return equal('\\'); }
  Bits beyond_ascii() const {
    return of_each([](__m128i bytes) { return bytes; });
  }
  // Control characters and what is beyond ASCII: as signed numbers, both are below a space.
  Bits below_space() const {
    const __m128i space = _mm_set1_epi8(' ');
    return of_each([&](__m128i bytes) { return _mm_cmplt_epi8(bytes, space); });
  }

  // What stands behind a backslash alone: " / \ b f n r t. A set of bits for each half of a byte,
  // of which one must be in both; the upper half of a byte beyond ASCII has none.
  Bits simple_escapes() const {
    constexpr char punctuation = 1, backslash = 2, b_f_n = 4, r_t = 8;
    const __m128i of_lower = _mm_setr_epi8(0, 0, punctuation | b_f_n | r_t, 0, r_t, 0, b_f_n, 0, 0,
                                           0, 0, 0, backslash, 0, b_f_n, punctuation);
    const __m128i of_upper =
        _mm_setr_epi8(0, 0, punctuation, 0, 0, backslash, b_f_n, r_t, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m128i half = _mm_set1_epi8(0x0f);
    return of_each([&](__m128i bytes) {
      const __m128i lower = _mm_shuffle_epi8(of_lower, _mm_and_si128(bytes, half));
      const __m128i upper =
          _mm_shuffle_epi8(of_upper, _mm_and_si128(_mm_srli_epi16(bytes, 4), half));
      return _mm_cmpgt_epi8(_mm_and_si128(lower, upper), _mm_setzero_si128());
    });
  }

 private:
  // The highest bit of each byte of `f(part)`.
  template <class F>
  Bits of_each(F f) const {
    const auto part = [&](int i) {
      return Bits{static_cast<std::uint32_t>(_mm_movemask_epi8(f(parts_[i])))};
    };
    return part(0) | part(1) << 16 | part(2) << 32 | part(3) << 48;
  }
  Bits equal(char byte) const {
    const __m128i wanted = _mm_set1_epi8(byte);
    return of_each([&](__m128i bytes) { return _mm_cmpeq_epi8(bytes, wanted); });
  }

  __m128i parts_[4];
};

// The bytes that a backslash escapes. `first` is 1 where one before the step escapes its first
// byte; after it, where that holds for the next step's.
//
// Backslashes in a run escape each other by turns. Adding its first bit to a run carries through
// it: of one that begins at an even place all even bits become the escaping ones, else all odd
// ones.
Bits escaped_by(Bits backslashes, Bits& first) {
  constexpr Bits even = 0x5555'5555'5555'5555;
  backslashes &= ~first;
  const Bits behind = backslashes << 1 | first;
  const Bits odd_starts = backslashes & ~even & ~behind;
  const Bits sum = odd_starts + backslashes;
  first = sum < backslashes ? 1 : 0;
  return (even ^ (sum << 1)) & behind;
}

#endif

// What is left of it, byte by byte.
StringEnd read_on(StringEnd result, const char* p, const char* end) {
  for (; p != end; ++p) {
    const auto byte = static_cast<std::uint8_t>(*p);
    if (byte == '"') {
      result.quote = p;
      break;
    }
    if (byte < 0x20) {
      break;
    }
    result.ascii = result.ascii && byte < 0x80;
    if (byte == '\\') {
      result.escaped = true;
      p = end_of_escape(p + 1, end);
      if (p == nullptr) {
        break;
      }
      --p;
    }
  }
  return result;
}

}  // namespace

// 64 bytes at a time without a branch for each escape, at which the processor would guess wrong.
StringEnd find_string_end(const char* p, const char* end) {
  StringEnd result;
#if defined(__SSSE3__)
  Bits first_escaped = 0;
  for (; end - p >= step; p += step) {
    const Step bytes(p);
    const Bits backslashes = bytes.backslashes();
    Bits quotes = bytes.quotes();
    if ((backslashes | first_escaped) != 0) {
      const Bits escaped = escaped_by(backslashes, first_escaped);
      quotes &= ~escaped;
      result.escaped = result.escaped || (backslashes & below_lowest(quotes)) != 0;
      const Bits others = escaped & below_lowest(quotes) & ~bytes.simple_escapes();
      for (Bits left = others; left != 0; left &= left - 1) {
        if (end_of_escape(p + std::countr_zero(left), end) == nullptr) {
          return {};
        }
      }
    }
    if (const Bits unusual = bytes.below_space() & below_lowest(quotes); unusual != 0) {
      if ((unusual & ~bytes.beyond_ascii()) != 0) {
        return {};
      }
      result.ascii = false;
    }
    if (quotes != 0) {
      result.quote = p + std::countr_zero(quotes);
      return result;
    }
  }
  if (first_escaped != 0) {
    --p;  // its backslash is read once more
  }
#endif
  return read_on(result, p, end);
}

}  // namespace penstock::extract
