// The guess against librdkafka's own choice for published vectors, and where it has none.
#include "publish/partitioning.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "penstock/publish/state_records.hpp"

namespace penstock::publish {
namespace {

std::string address(int i) { return "192.0.2." + std::to_string(i); }

TEST(Partitioning, IsKafkasForMurmur2) {
  for (const char* name : {"murmur2", "murmur2_random"}) {
    const Partitioning partitioning(name, 7);
    EXPECT_EQ(partitioning.count(), 7u);
    for (int i = 0; i < 256; ++i) {
      EXPECT_EQ(partitioning.of(address(i)), (murmur2(address(i)) & 0x7fffffff) % 7);
    }
  }
}

TEST(Partitioning, SpreadsKeysOverAllPartitionsByEachPartitionerThatGoesByTheKey) {
  for (const char* name : {"murmur2_random", "consistent", "consistent_random", "fnv1a_random"}) {
    const Partitioning partitioning(name, 4);
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 256; ++i) {
      const std::uint32_t partition = partitioning.of(address(i));
      EXPECT_EQ(partition, partitioning.of(address(i)));
      seen.insert(partition);
    }
    EXPECT_EQ(seen, (std::set<std::uint32_t>{0, 1, 2, 3})) << name;
  }
}

TEST(Partitioning, IsOneWhereTheKeyDoesNotMatter) {
  for (const Partitioning& partitioning :
       {Partitioning(), Partitioning("random", 4), Partitioning("", 4), Partitioning("murmur2", 1),
        Partitioning("murmur2", 0)}) {
    EXPECT_EQ(partitioning.count(), 1u);
    EXPECT_EQ(partitioning.of("192.0.2.1"), 0u);
  }
}

}  // namespace
}  // namespace penstock::publish
