#include "extract/string_end.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

#include "extract/json_text.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace penstock::extract {
namespace {

#if defined(__SSE2__)

// A bit for each of 64 bytes, the lowest for the first one.
struct Bits {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t controls = 0;
  std::uint64_t beyond_ascii = 0;
};

constexpr std::ptrdiff_t step = 64;

Bits bits_of(const char* p) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1f);
  Bits bits;
#pragma GCC unroll 4
  for (int at = 0; at < step; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + at));
    const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
    const auto put = [&](std::uint64_t& word, __m128i vector) {
      word |= std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(vector))} << at;
    };
    put(bits.quotes, _mm_cmpeq_epi8(bytes, quote));
    put(bits.backslashes, _mm_cmpeq_epi8(bytes, backslash));
    put(bits.controls, control);
    put(bits.beyond_ascii, bytes);
  }
  return bits;
}

constexpr std::uint64_t below_lowest(std::uint64_t bits) { return (bits - 1) & ~bits; }

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

// 64 bytes at a time, whatever escapes are in them: a loop from escape to escape would have the
// processor guess wrong at each of them.
StringEnd find_string_end(const char* p, const char* end) {
  StringEnd result;
#if defined(__SSE2__)
  while (end - p >= step) {
    Bits bits = bits_of(p);
    std::ptrdiff_t read = step;
    for (std::uint64_t left = bits.backslashes; left != 0;) {
      const int at = std::countr_zero(left);
      const std::uint64_t bit = std::uint64_t{1} << at;
      if ((bits.quotes & (bit - 1)) != 0) {
        break;  // it stands behind the string
      }
      result.escaped = true;
      if (at == step - 1) {
        read = at;  // the next step begins with it
        break;
      }
      if (end_of_escape(p + at + 1, end) == nullptr) {
        return {};
      }
      left &= ~(bit | bit << 1);
      bits.quotes &= ~(bit << 1);
    }
    const std::uint64_t inside = below_lowest(bits.quotes);
    if ((bits.controls & inside) != 0) {
      return {};
    }
    result.ascii = result.ascii && (bits.beyond_ascii & inside) == 0;
    if (bits.quotes != 0) {
      result.quote = p + std::countr_zero(bits.quotes);
      return result;
    }
    p += read;
  }
#endif
  return read_on(result, p, end);
}

}  // namespace penstock::extract
