// Reads a JSON string 64 bytes at a time without a branch for each escape, at which the processor
// would guess wrong. Pure.
//
// Included by files that are compiled for different processors. So all in it is a template over a
// type that only one of them has: a function of the same name for a newer processor must not stand
// in for it where that can't run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "extract/string_end.hpp"

namespace penstock::extract {

// Whether an escape stands right behind a backslash.
bool is_escape(const char* p, const char* end);
// For processors with AVX2 and BMI1.
StringEnd find_string_end_avx2(const char* p, const char* end);

// What stands behind a backslash alone: " / \\ b f n r t. A set of bits for each half of a byte, of
// which one must be in both; the upper half of a byte beyond ASCII has none.
struct SimpleEscapes {
  static constexpr char punctuation = 1, backslash = 2, b_f_n = 4, r_t = 8;
  static constexpr char of_lower[16] = {
      0,     0,          punctuation | b_f_n | r_t, 0, r_t, 0, b_f_n, 0, 0, 0, 0, 0, backslash, 0,
      b_f_n, punctuation};
  static constexpr char of_upper[16] = {0, 0, punctuation, 0, 0, backslash, b_f_n, r_t,
                                        0, 0, 0,           0, 0, 0,         0,     0};
};

// `Step` holds 64 bytes and tells in 64 bits where something stands, the lowest for the first byte:
// quotes, backslashes, what is beyond ASCII, what is below a space or beyond ASCII, and what
// SimpleEscapes are.
template <class Step>
class StringScan {
 public:
  static StringEnd find_end(const char* p, const char* end) {
    StringScan scan;
    for (; end - p >= step; p += step) {
      if (scan.take(Step(p), p, end)) {
        return scan.result_;
      }
    }
    return scan.find_in_rest(p, end);
  }

 private:
  using Bits = std::uint64_t;

  static constexpr std::ptrdiff_t step = 64;

  // By itself, as only this needs an array on the stack.
  [[gnu::noinline]] StringEnd find_in_rest(const char* p, const char* end) const {
    if (p == end) {
      return {};
    }
    StringScan scan = *this;
    char rest[step] = {};  // zeroes are control characters: they end what has no quote
    std::memcpy(rest, p, static_cast<std::size_t>(end - p));
    scan.take(Step(rest), p, end);
    return scan.result_;
  }

  // The bytes that stand at `p`. True: the result is there.
  [[gnu::always_inline]] bool take(const Step& bytes, const char* p, const char* end) {
    const Bits backslashes = bytes.backslashes();
    Bits quotes = bytes.quotes();
    if ((backslashes | first_escaped_) != 0) {
      const Bits escaped = escaped_by(backslashes, first_escaped_);
      quotes &= ~escaped;
      result_.escaped = result_.escaped || (backslashes & below_lowest(quotes)) != 0;
      const Bits others = escaped & below_lowest(quotes) & ~bytes.simple_escapes();
      for (Bits left = others; left != 0; left &= left - 1) {
        if (!is_escape(p + __builtin_ctzll(left), end)) {
          return refuse();
        }
      }
    }
    if (const Bits unusual = bytes.below_space() & below_lowest(quotes); unusual != 0) {
      if ((unusual & ~bytes.beyond_ascii()) != 0) {
        return refuse();
      }
      result_.ascii = false;
    }
    if (quotes != 0) {
      result_.quote = p + __builtin_ctzll(quotes);
    }
    return quotes != 0;
  }

  bool refuse() {
    result_ = {};
    return true;
  }

  static Bits below_lowest(Bits bits) { return (bits - 1) & ~bits; }

  // The bytes that a backslash escapes. `first` is 1 where one before the step escapes its first
  // byte; after it, where that holds for the next step's.
  //
  // Backslashes in a run escape each other by turns. Adding its first bit to a run carries through
  // it: of one that begins at an even place all even bits become the escaping ones, else all odd
  // ones.
  static Bits escaped_by(Bits backslashes, Bits& first) {
    constexpr Bits even = 0x5555'5555'5555'5555;
    backslashes &= ~first;
    const Bits behind = backslashes << 1 | first;
    const Bits odd_starts = backslashes & ~even & ~behind;
    const Bits sum = odd_starts + backslashes;
    first = sum < backslashes ? 1 : 0;
    return (even ^ (sum << 1)) & behind;
  }

  StringEnd result_;
  Bits first_escaped_ = 0;
};

}  // namespace penstock::extract
