#include "penstock/journal/crc32c.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#if defined(__SSE4_2__)
#include <nmmintrin.h>
#endif

namespace penstock::journal {
namespace {

using Table = std::array<std::uint32_t, 256>;

constexpr std::uint32_t behind_zero_byte(std::uint32_t state) {
  for (int bit = 0; bit < 8; ++bit) {
    state = (state >> 1) ^ ((state & 1) != 0 ? 0x82f63b78u : 0u);
  }
  return state;
}

#if defined(__SSE4_2__)

// The instruction takes three cycles, and one can begin in each. So three runs of bytes are read
// side by side, and their states put together: that of two runs is the first's, as if as many
// zeroes as the second has bytes came behind, xor the second's.
constexpr std::size_t run_bytes = 1024;

// What a state becomes behind a run of zeroes: the xor of what its four bytes become.
constexpr std::array<Table, 4> make_run_of_zeroes() {
  std::array<Table, 4> tables{};
  for (unsigned bit = 0; bit < 32; ++bit) {
    std::uint32_t state = std::uint32_t{1} << bit;
    for (std::size_t i = 0; i < run_bytes; ++i) {
      state = behind_zero_byte(state);
    }
    const std::size_t single = std::size_t{1} << bit % 8;
    for (std::size_t below = 0; below < single; ++below) {
      tables[bit / 8][single + below] = tables[bit / 8][below] ^ state;
    }
  }
  return tables;
}

std::uint32_t behind_zeroes(std::uint64_t state) {
  static constexpr auto tables = make_run_of_zeroes();
  return tables[0][state & 0xff] ^ tables[1][state >> 8 & 0xff] ^ tables[2][state >> 16 & 0xff] ^
         tables[3][state >> 24 & 0xff];
}

std::uint64_t word_at(const char* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

#endif

}  // namespace

#if defined(__SSE4_2__)

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) noexcept {
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t state = ~crc;
  for (; left >= 3 * run_bytes; p += 3 * run_bytes, left -= 3 * run_bytes) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < run_bytes; i += 8) {
      state = _mm_crc32_u64(state, word_at(p + i));
      second = _mm_crc32_u64(second, word_at(p + run_bytes + i));
      third = _mm_crc32_u64(third, word_at(p + 2 * run_bytes + i));
    }
    state = behind_zeroes(behind_zeroes(state) ^ second) ^ third;
  }
  for (; left >= 8; p += 8, left -= 8) {
    state = _mm_crc32_u64(state, word_at(p));
  }
  auto low = static_cast<std::uint32_t>(state);
  for (; left > 0; ++p, --left) {
    low = _mm_crc32_u8(low, static_cast<std::uint8_t>(*p));
  }
  return ~low;
}

#else

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) noexcept {
  static constexpr Table table = [] {
    Table made{};
    for (std::uint32_t i = 0; i < made.size(); ++i) {
      made[i] = behind_zero_byte(i);
    }
    return made;
  }();
  std::uint32_t state = ~crc;
  for (const char byte : bytes) {
    state = table[(state ^ static_cast<std::uint8_t>(byte)) & 0xff] ^ (state >> 8);
  }
  return ~state;
}

#endif

}  // namespace penstock::journal
