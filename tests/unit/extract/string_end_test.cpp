// Against a reader of single bytes, for texts in which everything meets everything.
#include "extract/string_end.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::extract {
namespace {

// RFC 8259, section 7.
StringEnd slowly(std::string_view text) {
  StringEnd result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '"') {
      result.quote = text.data() + i;
      return result;
    }
    if (byte < 0x20) {
      return {};
    }
    result.ascii = result.ascii && byte < 0x80;
    if (byte != '\\') {
      continue;
    }
    result.escaped = true;
    const std::string_view escape = text.substr(i + 1, 5);
    if (escape.starts_with('u')) {
      if (escape.size() < 5 || escape.find_first_not_of("0123456789abcdefABCDEF", 1) <= 4) {
        return {};
      }
      i += 5;
    } else if (!escape.empty() && std::string_view("\"\\/bfnrt").find(escape[0]) < 8) {
      ++i;
    } else {
      return {};
    }
  }
  return {};
}

void compare(const std::string& text) {
  const std::vector<char> exact(text.begin(), text.end());  // nothing readable behind it
  const char* const begin = exact.data();
  const StringEnd expected = slowly({begin, exact.size()});
  static const auto variants = string_end_variants();
  for (std::size_t i = 0; i < variants.size(); ++i) {
    SCOPED_TRACE("variant " + std::to_string(i));
    const StringEnd found = variants[i](begin, begin + exact.size());
    ASSERT_EQ(found.quote, expected.quote) << testing::PrintToString(text);
    if (expected.quote != nullptr) {
      ASSERT_EQ(found.escaped, expected.escaped) << testing::PrintToString(text);
      ASSERT_EQ(found.ascii, expected.ascii) << testing::PrintToString(text);
    }
  }
}

TEST(StringEnd, IsThatOfAReaderOfSingleBytes) {
  std::mt19937 random(1);
  const std::vector<std::string> pieces{"\\\"", "\\\\", "\\n",  "\\u00e9", "\\uD83d",
                                        "\\/",  "é",    "x",    "text",    "0123456789abcdef",
                                        "{\"",  "\"",   "\\",   "\\u12",   "\\q",
                                        "\x01", "\xff", "\x7f", "u",       "\\\\\\"};
  for (int i = 0; i < 200'000; ++i) {
    // Most have no piece that ends them, so that they become long.
    const std::size_t wrong = random() % 4 == 0 ? pieces.size() : 10;
    std::string text;
    for (std::size_t count = random() % 60; count > 0; --count) {
      text += pieces[random() % wrong];
    }
    if (random() % 8 != 0) {
      text += '"';
    }
    text.append(random() % 80, "\\\"x\x01"[random() % 4]);
    compare(text);
    if (HasFatalFailure()) {
      return;
    }
  }
}

TEST(StringEnd, SeesWhatStandsOnEachSideOfAStepsBorder) {
  for (const char* piece :
       {"\"", "\\\"", "\\\\", "\\u00e9", "\\u00g9", "\\q", "\x1f", "\x80", "\\"}) {
    for (std::size_t before = 0; before < 200; ++before) {
      for (const char* behind : {"\"", "\\\"\"", "u\"", "0000\"", ""}) {
        compare(std::string(before, 'x') + piece + behind);
        compare(std::string(before, 'x') + piece + behind + std::string(100, '"'));
        if (HasFatalFailure()) {
          return;
        }
      }
    }
  }
}

}  // namespace
}  // namespace penstock::extract
