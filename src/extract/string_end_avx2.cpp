// Compiled for AVX2 and BMI1, and called where both are there. See string_scan.hpp.
#include <immintrin.h>

#include <cstdint>

#include "extract/string_scan.hpp"

namespace penstock::extract {
namespace {

class Step {
 public:
  explicit Step(const char* p) : low_(load(p)), high_(load(p + sizeof(__m256i))) {}

  std::uint64_t quotes() const { return equal('"'); }
  std::uint64_t backslashes() const { return equal('\\'); }
  std::uint64_t beyond_ascii() const { return bits(low_, high_); }
  // As signed numbers, both are below a space.
  std::uint64_t below_space() const {
    const __m256i space = _mm256_set1_epi8(' ');
    return bits(_mm256_cmpgt_epi8(space, low_), _mm256_cmpgt_epi8(space, high_));
  }
  std::uint64_t simple_escapes() const { return bits(in_both(low_), in_both(high_)); }

 private:
  static __m256i load(const char* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  // The highest bit of each byte.
  static std::uint64_t bits(__m256i low, __m256i high) {
    const auto part = [](__m256i bytes) {
      return std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes))};
    };
    return part(low) | part(high) << 32;
  }
  std::uint64_t equal(char byte) const {
    const __m256i wanted = _mm256_set1_epi8(byte);
    return bits(_mm256_cmpeq_epi8(low_, wanted), _mm256_cmpeq_epi8(high_, wanted));
  }
  static __m256i in_both(__m256i bytes) {
    const auto twice = [](const char* table) {
      return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
    };
    const __m256i half = _mm256_set1_epi8(0x0f);
    const __m256i lower =
        _mm256_shuffle_epi8(twice(SimpleEscapes::of_lower), _mm256_and_si256(bytes, half));
    const __m256i upper = _mm256_shuffle_epi8(twice(SimpleEscapes::of_upper),
                                              _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half));
    return _mm256_cmpgt_epi8(_mm256_and_si256(lower, upper), _mm256_setzero_si256());
  }

  __m256i low_, high_;
};

}  // namespace

StringEnd find_string_end_avx2(const char* p, const char* end) {
  return StringScan<Step>::find_end(p, end);
}

}  // namespace penstock::extract
