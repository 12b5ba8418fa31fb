#include "extract/string_end.hpp"

#include <cstdint>

#include "extract/json_text.hpp"
#include "extract/string_scan.hpp"

#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif

namespace penstock::extract {
namespace {

#if defined(__SSSE3__)

class Step {
 public:
  explicit Step(const char* p) {
    const auto* const from = reinterpret_cast<const __m128i*>(p);
    for (int i = 0; i < 4; ++i) {
      parts_[i] = _mm_loadu_si128(from + i);
    }
  }

  std::uint64_t quotes() const { return equal('"'); }
  std::uint64_t backslashes() const { return equal('\\'); }
  std::uint64_t beyond_ascii() const {
    return of_each([](__m128i bytes) { return bytes; });
  }
  // As signed numbers, both are below a space.
  std::uint64_t below_space() const {
    const __m128i space = _mm_set1_epi8(' ');
    return of_each([&](__m128i bytes) { return _mm_cmplt_epi8(bytes, space); });
  }
  std::uint64_t simple_escapes() const {
    const __m128i of_lower =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(SimpleEscapes::of_lower));
    const __m128i of_upper =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(SimpleEscapes::of_upper));
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
  std::uint64_t of_each(F f) const {
    const auto part = [&](int i) {
      return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(f(parts_[i])))};
    };
    return part(0) | part(1) << 16 | part(2) << 32 | part(3) << 48;
  }
  std::uint64_t equal(char byte) const {
    const __m128i wanted = _mm_set1_epi8(byte);
    return of_each([&](__m128i bytes) { return _mm_cmpeq_epi8(bytes, wanted); });
  }

  __m128i parts_[4];
};

StringEnd by_128_bits(const char* p, const char* end) { return StringScan<Step>::find_end(p, end); }

#endif

StringEnd by_bytes(const char* p, const char* end) {
  StringEnd result;
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

bool is_escape(const char* p, const char* end) { return end_of_escape(p, end) != nullptr; }

std::vector<FindStringEnd> string_end_variants() {
  std::vector<FindStringEnd> variants{by_bytes};
#if defined(__SSSE3__)
  variants.push_back(by_128_bits);
#endif
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0) {
    variants.push_back(find_string_end_avx2);
  }
#endif
  return variants;
}

namespace {
const FindStringEnd quickest = string_end_variants().back();
}  // namespace

StringEnd find_string_end(const char* p, const char* end) { return quickest(p, end); }

}  // namespace penstock::extract
