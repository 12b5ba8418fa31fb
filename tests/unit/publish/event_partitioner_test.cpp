// Where events without a key go. That those with a key go where librdkafka puts them, integration
// tests see.
#include "publish/event_partitioner.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace penstock::publish {
namespace {

const auto all_available = [](std::int32_t) { return true; };

std::vector<std::int32_t> places(EventPartitioner& partitioner, Bytes size, int events,
                                 std::int32_t count) {
  std::vector<std::int32_t> places;
  for (int i = 0; i < events; ++i) {
    partitioner.without_key(size);
    places.push_back(partitioner.in_turn(count, all_available));
  }
  return places;
}

TEST(EventPartitioner, GivesEachPartitionSomeEventsInARow) {
  EventPartitioner partitioner("murmur2_random");
  EXPECT_EQ(places(partitioner, 32_KiB, 9, 3),
            (std::vector<std::int32_t>{0, 0, 1, 1, 2, 2, 0, 0, 1}));
}

TEST(EventPartitioner, GoesOnInTheSameTurnWhileItIsNotFull) {
  EventPartitioner partitioner("");
  EXPECT_EQ(places(partitioner, Bytes{100}, 600, 4), std::vector<std::int32_t>(600, 0));
  EXPECT_EQ(places(partitioner, 64_KiB, 3, 4), (std::vector<std::int32_t>{0, 1, 2}));
}

TEST(EventPartitioner, PassesOverPartitionsThatHaveNoLeader) {
  EventPartitioner partitioner("random");
  const auto second_is_away = [](std::int32_t partition) { return partition != 1; };
  std::vector<std::int32_t> places;
  for (int i = 0; i < 4; ++i) {
    partitioner.without_key(64_KiB);
    places.push_back(partitioner.in_turn(3, second_is_away));
  }
  EXPECT_EQ(places, (std::vector<std::int32_t>{0, 2, 2, 0}));
  EXPECT_EQ(EventPartitioner("random").in_turn(3, [](std::int32_t) { return false; }), 0)
      << "any, where none has";
}

TEST(EventPartitioner, TakesPartitionsThatWereAddedIntoItsTurns) {
  EventPartitioner partitioner("consistent_random");
  EXPECT_EQ(places(partitioner, 64_KiB, 2, 2), (std::vector<std::int32_t>{0, 1}));
  EXPECT_EQ(places(partitioner, 64_KiB, 4, 4), (std::vector<std::int32_t>{2, 3, 0, 1}));
  EXPECT_EQ(places(partitioner, Bytes{1}, 1, 1), std::vector<std::int32_t>{0});
}

}  // namespace
}  // namespace penstock::publish
