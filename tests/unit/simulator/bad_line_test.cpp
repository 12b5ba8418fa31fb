#include "simulator/bad_line.hpp"

#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"
#include "penstock/core/utf8.hpp"
#include "unit/simulator/json_check.hpp"

namespace penstock::simulator {
namespace {

constexpr Bytes max_event = 1_MiB;

// Calls `judge` with many lines of `kind`, of every source.
template <class Judge>
void for_lines(LineKind kind, std::uint64_t count, Judge judge) {
  const EventGenerator generator(3);
  for (const Source source : all_sources) {
    for (std::uint64_t n = 0; n < count; ++n) {
      std::string line, again;
      generator.append(line, source, n, 0, kind, max_event);
      generator.append(again, source, n, 0, kind, max_event);
      ASSERT_EQ(line, again);
      ASSERT_EQ(line.find('\n'), std::string::npos);
      ASSERT_NE(line.find_first_not_of(" \t\r"), std::string::npos);
      ASSERT_TRUE(judge(line)) << to_string(source) << ' ' << n << ' ' << printable(line, 2'000);
    }
  }
}

TEST(BadLine, InvalidJsonIsValidUtf8ThatNoGrammarAccepts) {
  for_lines(LineKind::invalid_json, 1'000,
            [](const std::string& line) { return is_utf8(line) && !test::check_json(line).valid; });
}

TEST(BadLine, TruncatedEventsAreInvalidJsonAndCutBetweenCharacters) {
  for_lines(LineKind::truncated, 1'000,
            [](const std::string& line) { return is_utf8(line) && !test::check_json(line).valid; });
}

TEST(BadLine, OtherValuesAreValidJson) {
  for_lines(LineKind::not_an_object, 200, [](const std::string& line) {
    return test::check_json(line).valid && !test::check_json(line).object;
  });
}

TEST(BadLine, InvalidUtf8IsWellFormedOtherwise) {
  for_lines(LineKind::invalid_utf8, 1'000,
            [](const std::string& line) { return !is_utf8(line) && test::check_json(line).valid; });
}

TEST(BadLine, DeepEventsStartOneLevelTooDeep) {
  std::size_t least = SIZE_MAX, most = 0;
  for_lines(LineKind::too_deep, 100, [&](const std::string& line) {
    const test::JsonCheck check = test::check_json(line);
    least = std::min(least, check.depth);
    most = std::max(most, check.depth);
    return check.valid && check.object && check.depth > limits::max_depth;
  });
  EXPECT_EQ(least, limits::max_depth + 1);
  EXPECT_GT(most, 10'000u);
}

TEST(BadLine, LargeEventsStartOneByteTooLarge) {
  std::size_t least = SIZE_MAX;
  for_lines(LineKind::too_large, 20, [&](const std::string& line) {
    least = std::min(least, line.size());
    return test::check_json(line).valid && line.size() > max_event.count;
  });
  EXPECT_EQ(least, max_event.count + 1);
}

}  // namespace
}  // namespace penstock::simulator
