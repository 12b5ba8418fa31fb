// What is decoded is tested with a decoder, in tests/integration/test_simulator_api.py.
#include "simulator/jpeg.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "simulator/random.hpp"

namespace penstock::simulator {
namespace {

unsigned u16(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]) * 256u + static_cast<unsigned char>(bytes[at + 1]);
}

// The markers of the segments in front of the data, and where the data begins.
std::vector<unsigned> markers_of(std::string_view file, std::size_t& data) {
  std::vector<unsigned> markers;
  data = 2;
  while (markers.empty() || markers.back() != 0xDA) {
    EXPECT_EQ(file[data], '\xFF');
    markers.push_back(static_cast<unsigned char>(file[data + 1]));
    data += 2 + u16(file, data + 2);
  }
  return markers;
}

TEST(Jpeg, HasTheSegmentsOfABaselineFileInOrder) {
  const std::string file = jpeg(640, 480, [](unsigned, unsigned) { return Colour{128}; });
  std::size_t data = 0;
  EXPECT_EQ(markers_of(file, data), (std::vector<unsigned>{0xE0, 0xDB, 0xC0, 0xC4, 0xC4, 0xDA}));
  EXPECT_TRUE(file.starts_with("\xFF\xD8"));
  EXPECT_TRUE(file.ends_with("\xFF\xD9"));
  const std::size_t frame = file.find("\xFF\xC0");
  EXPECT_EQ(u16(file, frame + 5), 480u);
  EXPECT_EQ(u16(file, frame + 7), 640u);
}

TEST(Jpeg, StuffsTheDataSoThatItHoldsNoMarker) {
  SplitMix64 random(1);
  // Only a difference of 255 has eight ones in a row; the 1 moves it against the bytes.
  constexpr std::uint8_t values[] = {0, 1, 255};
  const auto any = [&] { return values[random.below(3)]; };
  const std::string file = jpeg(640, 480, [&](unsigned, unsigned) {
    return Colour{any(), any(), any()};
  });
  std::size_t data = 0;
  markers_of(file, data);
  std::size_t stuffed = 0;
  for (std::size_t i = data; i + 2 < file.size(); ++i) {
    if (file[i] == '\xFF') {
      ASSERT_EQ(file[i + 1], '\0') << i;
      ++stuffed;
    }
  }
  EXPECT_GT(stuffed, 0u);
}

TEST(Jpeg, AsksForTheBlocksRowByRowThoseCutByTheBorderToo) {
  std::vector<std::pair<unsigned, unsigned>> asked;
  jpeg(17, 9, [&](unsigned column, unsigned row) {
    asked.emplace_back(column, row);
    return Colour{0};
  });
  EXPECT_EQ(asked, (std::vector<std::pair<unsigned, unsigned>>{
                       {0, 0}, {1, 0}, {2, 0}, {0, 1}, {1, 1}, {2, 1}}));
}

}  // namespace
}  // namespace penstock::simulator
