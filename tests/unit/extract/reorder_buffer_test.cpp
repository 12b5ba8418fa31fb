#include "extract/reorder_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

namespace penstock::extract {
namespace {

TEST(ReorderBuffer, GivesItemsBackInOrder) {
  ReorderBuffer<int> buffer;
  buffer.insert(1, 60);
  buffer.insert(3, 80);
  EXPECT_EQ(buffer.take_next(), std::nullopt);
  buffer.insert(0, 50);
  EXPECT_EQ(buffer.take_next(), 50);
  EXPECT_EQ(buffer.take_next(), 60);
  EXPECT_EQ(buffer.take_next(), std::nullopt);
  buffer.insert(2, 70);
  EXPECT_EQ(buffer.take_next(), 70);
  EXPECT_EQ(buffer.take_next(), 80);
  EXPECT_EQ(buffer.take_next(), std::nullopt);
}

TEST(ReorderBuffer, PutsAnyOrderRight) {
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> order(500);
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::shuffle(order.begin(), order.end(), random);
  ReorderBuffer<std::unique_ptr<std::uint64_t>> buffer;
  std::uint64_t expected = 0;
  for (const std::uint64_t number : order) {
    buffer.insert(number, std::make_unique<std::uint64_t>(number));
    while (const auto item = buffer.take_next()) {
      EXPECT_EQ(**item, expected++);
    }
  }
  EXPECT_EQ(expected, order.size());
}

}  // namespace
}  // namespace penstock::extract
