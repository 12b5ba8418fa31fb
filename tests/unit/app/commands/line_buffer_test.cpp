#include "app/commands/line_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace penstock::app {
namespace {

// What comes in, as far as there is room for it; the whole lines that go out.
std::string put(LineBuffer& buffer, std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const auto room = buffer.writable();
    const std::size_t count = bytes.copy(room.data(), room.size());
    bytes.remove_prefix(count);
    const std::string_view whole = buffer.received(count);
    out += whole;
    buffer.drop(whole.size());
    if (buffer.over()) {
      break;
    }
  }
  return out;
}

TEST(LineBuffer, GivesWholeLinesHoweverTheyCome) {
  LineBuffer buffer(1_MiB);
  EXPECT_EQ(put(buffer, "a\nb\nc"), "a\nb\n");
  EXPECT_EQ(put(buffer, "d"), "");
  EXPECT_EQ(put(buffer, "\n\n"), "cd\n\n");
  EXPECT_EQ(buffer.rest(), "");
}

TEST(LineBuffer, HoldsALineOfTheLargestSize) {
  LineBuffer buffer(1_MiB);
  const std::string line = std::string((1_MiB).count, 'x') + "\n";
  EXPECT_EQ(put(buffer, line), line);
  EXPECT_FALSE(buffer.over());
  put(buffer, std::string((1_MiB).count + (160_KiB).count, 'x'));
  EXPECT_TRUE(buffer.over());
  EXPECT_TRUE(buffer.writable().empty());
}

TEST(LineBuffer, DiscardsALineThatWasCutOff) {
  LineBuffer buffer(1_MiB);
  put(buffer, "a\ncut");
  EXPECT_EQ(buffer.discard(), 3U);
  EXPECT_EQ(put(buffer, "b\n"), "b\n");
}

}  // namespace
}  // namespace penstock::app
