#include "extract/json_text.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <system_error>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace penstock::extract {
namespace {

constexpr std::uint32_t replacement = 0xfffd;

bool high_surrogate(std::uint32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool low_surrogate(std::uint32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

std::uint32_t hex4(const char* digits) {
  std::uint32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = digits[i];
    unit = unit << 4 | static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return unit;
}

char* write_utf8(std::uint32_t c, char* out) {
  const auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
  return out;
}

// Copies the text in front of the next backslash.
void copy_plain(const char*& p, const char* end, char*& out) {
#if defined(__SSE2__)
  // What is written never exceeds what was read, so that 16 more bytes have room as well.
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; end - p >= 16; p += 16, out += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    const auto found =
        static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, backslash)));
    if (found != 0) {
      p += std::countr_zero(found);
      out += std::countr_zero(found);
      return;
    }
  }
#endif
  while (p != end && *p != '\\') {
    *out++ = *p++;
  }
}

}  // namespace

char* unescape_into(std::string_view raw, char* out, LoneSurrogate lone) {
  const char* p = raw.data();
  const char* const end = p + raw.size();
  for (;;) {
    copy_plain(p, end, out);
    if (p == end) {
      return out;
    }
    if (p[1] != 'u') {
      *out++ = simple_escapes[static_cast<std::size_t>(p[1])];
      p += 2;
      continue;
    }
    std::uint32_t c = hex4(p + 2);
    p += 6;
    if (high_surrogate(c) && end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
        low_surrogate(hex4(p + 2))) {
      c = 0x10000 + ((c - 0xd800) << 10) + (hex4(p + 2) - 0xdc00);
      p += 6;
    } else if (lone == LoneSurrogate::replace && (high_surrogate(c) || low_surrogate(c))) {
      c = replacement;
    }
    out = write_utf8(c, out);
  }
}

std::string unescape(std::string_view raw) {
  std::string text(raw.size(), '\0');
  text.resize(static_cast<std::size_t>(unescape_into(raw, text.data(), LoneSurrogate::replace) -
                                       text.data()));
  return text;
}

namespace {

// Digit by digit: a double would round 1714521600123.99999999 up, and has nothing for 1e-400.
std::optional<std::int64_t> exact_integer_part(std::string_view number) {
  constexpr std::int64_t far = 1'000'000'000'000'000'000;  // of more digits than there can be
  const bool negative = number.starts_with('-');
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  std::string_view digits = number.substr(0, e);
  digits.remove_prefix(negative ? 1 : 0);
  std::int64_t exponent = 0;
  if (e != number.size()) {
    const std::size_t plus = number[e + 1] == '+' ? 1 : 0;
    const auto [stop, error] =
        std::from_chars(number.data() + e + 1 + plus, number.data() + number.size(), exponent);
    if (error != std::errc{} || exponent > far || exponent < -far) {
      exponent = number[e + 1] == '-' ? -far : far;
    }
  }
  std::size_t at = digits.find_first_of("123456789");
  if (at == std::string_view::npos) {
    return 0;
  }
  const std::size_t point = std::min(digits.find('.'), digits.size());
  // So many digits from the first on stand in front of the point.
  const auto places = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(at) +
                      (at > point ? 1 : 0) + exponent;
  if (places <= 0) {
    return 0;
  }
  if (places > std::numeric_limits<std::int64_t>::digits10 + 1) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (std::int64_t place = 0; place < places; ++place) {
    at += at == point ? 1 : 0;
    value = value * 10 + (at < digits.size() ? static_cast<std::uint64_t>(digits[at] - '0') : 0);
    ++at;
  }
  constexpr std::uint64_t max = std::numeric_limits<std::int64_t>::max();
  if (value > max + (negative ? 1 : 0)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

}  // namespace

std::optional<std::int64_t> integer_part(std::string_view number) {
  // A time, a port: nothing but digits. std::from_chars takes six times as long for them.
  std::int64_t integer = 0;
  const bool fits = number.size() <= std::numeric_limits<std::int64_t>::digits10;
  for (const char c : number) {
    if (!fits || c < '0' || c > '9') {
      return exact_integer_part(number);
    }
    integer = integer * 10 + (c - '0');
  }
  return integer;
}

}  // namespace penstock::extract
