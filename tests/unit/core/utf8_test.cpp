#include "penstock/core/utf8.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {
namespace {

// The reference, by another way: decodes as the table of RFC 3629 section 3 has it, then checks
// that the code point is allowed and that this is its shortest form.
std::size_t reference_length(std::string_view bytes) {
  if (bytes.empty()) {
    return 0;
  }
  const auto lead = static_cast<std::uint8_t>(bytes[0]);
  const std::size_t length = lead < 0x80             ? 1u
                             : (lead & 0xe0) == 0xc0 ? 2u
                             : (lead & 0xf0) == 0xe0 ? 3u
                             : (lead & 0xf8) == 0xf0 ? 4u
                                                     : 0u;
  if (length == 0 || bytes.size() < length) {
    return 0;
  }
  constexpr std::array<std::uint32_t, 5> lead_mask{0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t code = lead & lead_mask[length];
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(bytes[i]);
    if ((next & 0xc0) != 0x80) {
      return 0;
    }
    code = (code << 6) | (next & 0x3f);
  }
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < smallest[length] || surrogate || code > 0x10ffff ? 0 : length;
}

bool reference_valid(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = reference_length(bytes);
    if (length == 0) {
      return false;
    }
    bytes.remove_prefix(length);
  }
  return true;
}

// Calls `check` with every string of three bytes from `first` on, `tail` behind it.
template <class Check>
void for_all_prefixes(unsigned first, std::string_view tail, Check check) {
  std::string bytes = std::string(3, '\0') + std::string(tail);
  for (unsigned prefix = first; prefix < 1u << 24; ++prefix) {
    bytes[0] = static_cast<char>(prefix >> 16);
    bytes[1] = static_cast<char>(prefix >> 8);
    bytes[2] = static_cast<char>(prefix);
    if (!check(bytes)) {
      ADD_FAILURE() << std::hex << "bytes " << prefix << " with " << tail.size() << " behind";
      return;
    }
  }
}

TEST(Utf8, SequenceLengthIsThatOfTheReferenceForAllThreeBytes) {
  for_all_prefixes(0, "", [](std::string_view bytes) {
    return utf8_sequence_length(bytes) == reference_length(bytes);
  });
}

TEST(Utf8, SequenceLengthIsThatOfTheReferenceForAllThreeBytesAndAFourth) {
  constexpr unsigned first_of_four = 0xf0'0000;  // a lead below doesn't look at a fourth byte
  for (const char fourth : {'\x7f', '\x80', '\xbf', '\xc0'}) {
    for_all_prefixes(first_of_four, std::string_view(&fourth, 1), [](std::string_view bytes) {
      return utf8_sequence_length(bytes) == reference_length(bytes);
    });
  }
}

TEST(Utf8, ValidityIsThatOfTheReferenceForAllThreeBytesAndSomeBehind) {
  // Long enough for the step over eight ASCII bytes, which the prefix may push out of line.
  for_all_prefixes(0, "\x80plain text",
                   [](std::string_view bytes) { return is_utf8(bytes) == reference_valid(bytes); });
}

TEST(Utf8, ValidityIsThatOfTheReferenceOnBothSidesOfAStepsBorder) {
  constexpr std::string_view edges = "\x7f\x80\xbf\xc0";
  constexpr std::size_t border = 16;
  for (unsigned lead_and_second = 0xc000; lead_and_second < 0x1'0000; ++lead_and_second) {
    std::string character{static_cast<char>(lead_and_second >> 8),
                          static_cast<char>(lead_and_second), '\0', '\0'};
    for (const char third : edges) {
      for (const char fourth : edges) {
        character[2] = third;
        character[3] = fourth;
        for (std::size_t at = border - 4; at <= border; ++at) {
          const std::string text = std::string(at, 'x') + character + std::string(20, 'x');
          ASSERT_EQ(is_utf8(text), reference_valid(character)) << lead_and_second << " " << at;
          const std::string_view cut(text.data(), at + 4);
          ASSERT_EQ(is_utf8(cut), reference_valid(character)) << lead_and_second << " " << at;
        }
      }
    }
  }
}

TEST(Utf8, ValidityIsThatOfTheReferenceForDamagedText) {
  const std::string text = "plain text, then caf\xc3\xa9, 20 \xe2\x82\xac, \xf0\x9f\x9a\x80 and on";
  ASSERT_TRUE(is_utf8(text));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string damaged = text;
      damaged[at] = static_cast<char>(byte);
      EXPECT_EQ(is_utf8(damaged), reference_valid(damaged)) << at << " " << byte;
    }
    EXPECT_EQ(is_utf8(text.substr(0, at)), reference_valid(text.substr(0, at))) << at;
    EXPECT_EQ(is_utf8(text.substr(at)), reference_valid(text.substr(at))) << at;
  }
}

TEST(Utf8, EmptyIsValidAndAscii) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_ascii(""));
  EXPECT_EQ(utf8_sequence_length(""), 0u);
}

TEST(CodePoint, IsThatOfASequenceOfAnyLength) {
  EXPECT_EQ(code_point(std::string_view("\0", 1)), 0u);
  EXPECT_EQ(code_point("\x7f"), 0x7fu);
  EXPECT_EQ(code_point("\u0080"), 0x80u);
  EXPECT_EQ(code_point("\u07ff"), 0x7ffu);
  EXPECT_EQ(code_point("\u0800"), 0x800u);
  EXPECT_EQ(code_point("\uffff"), 0xffffu);
  EXPECT_EQ(code_point("\U00010000"), 0x10000u);
  EXPECT_EQ(code_point("\U0010ffff"), 0x10ffffu);
}

TEST(Control, IsWhatMovesATerminalOrTurnsTheDirectionOfText) {
  std::vector<char32_t> found;
  for (char32_t code_point = 0x20; code_point < 0x110000; ++code_point) {
    if (is_control(code_point)) {
      found.push_back(code_point);
    }
  }
  std::vector<char32_t> expected;
  for (char32_t code_point = 0x7f; code_point < 0xa0; ++code_point) {
    expected.push_back(code_point);
  }
  expected.insert(expected.end(), {0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e,
                                   0x2066, 0x2067, 0x2068, 0x2069});
  EXPECT_EQ(found, expected);
  EXPECT_TRUE(is_control(0) && is_control(0x1f));
}

TEST(Escape, IsOfFourDigits) {
  std::string out;
  append_escape(out, 0x1b);
  append_escape(out, 0x202e);
  EXPECT_EQ(out, R"(\u001b\u202e)");
}

TEST(Ascii, IsTakenAtEveryLengthAndAlignment) {
  const std::string text(130, '\x7f');
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t length = 0; length + begin <= text.size(); ++length) {
      EXPECT_TRUE(is_ascii(std::string_view(text).substr(begin, length)));
    }
  }
}

TEST(Ascii, IsRefusedWhereverTheOneHighByteStands) {
  for (std::size_t length = 1; length <= 100; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'a');
      text[at] = '\x80';
      EXPECT_FALSE(is_ascii(text)) << length << " " << at;
    }
  }
}

}  // namespace
}  // namespace penstock
