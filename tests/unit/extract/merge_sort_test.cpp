#include "extract/merge_sort.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace penstock::extract {
namespace {

using Item = std::pair<int, int>;  // key, place

// In shapes that sorts are known to be bad at, and at random.
std::vector<std::vector<int>> shapes(std::size_t count) {
  std::vector<int> up(count);
  std::iota(up.begin(), up.end(), 0);
  std::vector<int> down(up.rbegin(), up.rend());
  std::vector<int> shuffled = up;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(1));
  std::vector<int> pipe = up;
  std::reverse(pipe.begin() + static_cast<std::ptrdiff_t>(count / 2), pipe.end());
  std::vector<int> few = shuffled;
  std::for_each(few.begin(), few.end(), [](int& key) { key %= 3; });
  return {up, down, shuffled, pipe, few, std::vector<int>(count, 7)};
}

TEST(MergeSort, SortsStably) {
  std::vector<Item> scratch;
  for (const std::size_t count :
       {0u, 1u, 2u, 15u, 16u, 17u, 31u, 32u, 33u, 47u, 48u, 100u, 1000u, 4096u, 4097u}) {
    for (const std::vector<int>& keys : shapes(count)) {
      std::vector<Item> items;
      for (const int key : keys) {
        items.emplace_back(key, static_cast<int>(items.size()));
      }
      std::vector<Item> expected = items;
      std::sort(expected.begin(), expected.end());  // places differ: no two are equal
      merge_sort(std::span(items), scratch,
                 [](const Item& a, const Item& b) { return a.first < b.first; });
      EXPECT_EQ(items, expected) << count;
    }
  }
}

TEST(MergeSort, ComparesEachItemAFewTimesWhateverTheOrder) {
  constexpr std::size_t count = 300'000;
  std::vector<int> scratch;
  for (std::vector<int>& keys : shapes(count)) {
    std::uint64_t comparisons = 0;
    merge_sort(std::span(keys), scratch, [&](int a, int b) {
      ++comparisons;
      return a < b;
    });
    EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
    EXPECT_LE(comparisons, count * (8 + std::bit_width(count / 16)));
  }
  EXPECT_EQ(scratch.size(), count);
}

TEST(MergeSort, ReadsLongNamesAsOftenAsItReadsShortOnes) {
  // Names of all lengths with one beginning. The work is what comparisons read at most.
  std::vector<std::size_t> lengths(20'000, 5);
  std::fill_n(lengths.begin(), 200, 10'000);
  lengths.push_back(2'000'000);
  lengths.push_back(2'000'000);
  const std::size_t total = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
  std::vector<std::size_t> scratch;
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(lengths.begin(), lengths.end(), random);
    std::vector<std::size_t> items = lengths;
    std::size_t read = 0;
    merge_sort(std::span(items), scratch, [&](std::size_t a, std::size_t b) {
      read += std::min(a, b);
      return a < b;
    });
    EXPECT_LE(read, total * (16 + std::bit_width(items.size() / 16)));
  }
}

}  // namespace
}  // namespace penstock::extract
