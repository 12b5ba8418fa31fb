#include "penstock/publish/refused_records.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "penstock/core/limits.hpp"

namespace penstock::publish {
namespace {

using Disposition = RefusedRecords::Disposition;
constexpr MonotonicTime now{std::chrono::seconds(100)};

RecordId id(std::uint64_t block, std::uint32_t event) { return {BlockSequence{block}, event}; }

TEST(RefusedRecords, SendsAllTogetherUntilOneIsRefused) {
  const RefusedRecords refused;
  EXPECT_FALSE(refused.any());
  EXPECT_EQ(refused.of(id(1, 0)), Disposition::together);
}

TEST(RefusedRecords, SendsEachSuspectAloneAndItsNeighboursTogether) {
  RefusedRecords refused;
  refused.failed(std::vector{id(1, 0), id(1, 1)}, now);
  EXPECT_EQ(refused.of(id(1, 0)), Disposition::alone);
  EXPECT_EQ(refused.of(id(1, 1)), Disposition::alone);
  EXPECT_EQ(refused.of(id(1, 2)), Disposition::together);
}

TEST(RefusedRecords, SetsAsideOnlyWhatIsRefusedAlone) {
  RefusedRecords refused;
  refused.failed(std::vector{id(1, 0), id(1, 1)}, now);
  refused.failed(std::vector{id(1, 1)}, now);
  EXPECT_EQ(refused.of(id(1, 0)), Disposition::alone);
  EXPECT_EQ(refused.of(id(1, 1)), Disposition::dead_letter);
}

TEST(RefusedRecords, ForgetsWhatIsCommitted) {
  RefusedRecords refused;
  refused.failed(std::vector{id(1, 0), id(2, 0)}, now);
  refused.refuse(id(1, 5), now);
  refused.committed(BlockSequence{1});
  EXPECT_EQ(refused.of(id(1, 0)), Disposition::together);
  EXPECT_EQ(refused.of(id(1, 5)), Disposition::together);
  EXPECT_EQ(refused.of(id(2, 0)), Disposition::alone);
}

TEST(RefusedRecords, BlamesTheTopicForManyRefusalsWithinAMinute) {
  RefusedRecords refused;
  for (std::uint32_t i = 0; i < limits::refused_records_per_minute; ++i) {
    refused.refuse(id(1, i), now);
  }
  EXPECT_FALSE(refused.topic_refuses(now));
  refused.refuse(id(1, 100), now);
  EXPECT_TRUE(refused.topic_refuses(now));
  EXPECT_FALSE(refused.topic_refuses(now + std::chrono::seconds(61)));
}

}  // namespace
}  // namespace penstock::publish
