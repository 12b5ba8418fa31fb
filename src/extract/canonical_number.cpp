#include "extract/canonical_number.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace penstock::extract {
namespace {

constexpr std::size_t npos = std::string_view::npos;

std::string_view without_zeros_in_front(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

std::string_view without_zeros_behind(std::string_view digits) {
  return digits.substr(0, digits.find_last_not_of('0') + 1);  // npos + 1 is 0
}

char* copy(std::string_view text, char* out) { return std::copy(text.begin(), text.end(), out); }

// `written` + `shift`, in decimal. `written` has 19 digits or more and `shift` 18 at most: their
// sum has the sign of `written`.
char* write_large_exponent(bool negative, std::string_view written, std::int64_t shift, char* out) {
  if (negative) {
    *out++ = '-';
  }
  char* const first = out;
  *out++ = '0';  // for a carry
  out = copy(written, out);
  std::int64_t carry = negative ? -shift : shift;
  for (char* p = out - 1; carry != 0; --p) {
    carry += *p - '0';
    const std::int64_t digit = (carry % 10 + 10) % 10;
    *p = static_cast<char>('0' + digit);
    carry = (carry - digit) / 10;
  }
  return copy(without_zeros_in_front({first, out}), first);
}

// The decimal exponent is `written`, of a sign apart, plus `shift`.
char* write_exponent(bool negative, std::string_view written, std::int64_t shift, char* out) {
  constexpr std::size_t digits_of_int64 = 18;
  written = without_zeros_in_front(written);
  char* const start = out;
  *out++ = 'e';
  if (written.size() > digits_of_int64) {
    return write_large_exponent(negative, written, shift, out);
  }
  std::int64_t exponent = 0;
  std::from_chars(written.data(), written.data() + written.size(), exponent);
  exponent = (negative ? -exponent : exponent) + shift;
  return exponent == 0 ? start : std::to_chars(out, out + 20, exponent).ptr;
}

}  // namespace

char* write_canonical_number(std::string_view number, char* out) {
  const bool negative = number.front() == '-';
  if (negative) {
    number.remove_prefix(1);
  }
  // Most are integers with another last digit than 0, which stand as they are.
  if (number.back() != '0' &&
      std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    *out++ = negative ? '-' : '+';
    out = copy(number, out);
    *out++ = ';';
    return out;
  }
  const std::size_t e = number.find_first_of("eE");
  std::string_view exponent = e == npos ? std::string_view{} : number.substr(e + 1);
  const bool negative_exponent = exponent.starts_with('-');
  if (negative_exponent || exponent.starts_with('+')) {
    exponent.remove_prefix(1);
  }
  const std::string_view digits = number.substr(0, e);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  std::string_view integer = without_zeros_in_front(digits.substr(0, point));
  std::string_view fraction = digits.substr(point + (point != digits.size()));
  fraction = without_zeros_behind(fraction);

  std::int64_t shift = -static_cast<std::int64_t>(fraction.size());
  if (fraction.empty()) {
    const std::size_t size = integer.size();
    integer = without_zeros_behind(integer);
    shift = static_cast<std::int64_t>(size - integer.size());
  }
  if (integer.empty()) {
    fraction = without_zeros_in_front(fraction);
  }
  if (integer.empty() && fraction.empty()) {
    return copy("+0;", out);
  }
  *out++ = negative ? '-' : '+';
  out = copy(fraction, copy(integer, out));
  out = write_exponent(negative_exponent, exponent, shift, out);
  *out++ = ';';
  return out;
}

}  // namespace penstock::extract
