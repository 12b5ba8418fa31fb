#include "penstock/publish/state_records.hpp"

#include <gtest/gtest.h>

namespace penstock::publish {
namespace {

const SourceName firehose("firehose");

Owner owner(const std::string& instance, std::uint64_t claim) {
  return {.instance = instance,
          .claim = claim,
          .host = "host-a",
          .since = WallTime(std::chrono::milliseconds(1'700'000'000'000))};
}

Result<void> apply(SourceState& state, const SideRecord& record) {
  return state.apply(record.key,
                     record.value ? std::optional<std::string_view>(*record.value) : std::nullopt);
}

TEST(Murmur2, MatchesKafkasPartitioner) {
  // From the unit tests of Apache Kafka's clients.
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("21")), -973932308);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("foobar")), -790332482);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("a-little-bit-long-string")), -985981536);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("a-little-bit-longer-string")), -1486304829);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")),
            -58897971);
  EXPECT_EQ(static_cast<std::int32_t>(murmur2("abc")), 479470107);
}

TEST(StateRecords, ReadsBackWhatItWrites) {
  SourceState state(firehose);
  ASSERT_TRUE(apply(state, owner_record(firehose, owner("00000000000000aa", 3))));
  ASSERT_TRUE(apply(state, position_record(firehose, {"00000000000000bb", BlockSequence{17}, 5,
                                                      ItemSequence{23}})));
  ASSERT_TRUE(state.latest_owner());
  EXPECT_EQ(state.latest_owner()->instance, "00000000000000aa");
  EXPECT_EQ(state.latest_owner()->claim, 3u);
  EXPECT_EQ(state.latest_owner()->host, "host-a");
  EXPECT_EQ(to_rfc3339(state.latest_owner()->since), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(state.positions().at("00000000000000bb"),
            (Position{"00000000000000bb", BlockSequence{17}, 5, ItemSequence{23}}));
}

TEST(StateRecords, WritesAPositionAsText) {
  const SideRecord record =
      position_record(firehose, {"00000000000000bb", BlockSequence{17}, 5, ItemSequence{23}});
  EXPECT_EQ(record, (SideRecord{RecordTopic::state, "firehose/position/00000000000000bb",
                                "v=1\nsequence=17\noffset=5\nitem=23\n"}));
}

TEST(StateRecords, KnowsWhoClaimedLast) {
  SourceState state(firehose);
  ASSERT_TRUE(apply(state, owner_record(firehose, owner("a", 1))));
  ASSERT_TRUE(apply(state, owner_record(firehose, owner("b", 1))));
  EXPECT_EQ(state.latest_owner()->instance, "b");
  ASSERT_TRUE(apply(state, owner_record(firehose, owner("a", 2))));
  EXPECT_EQ(state.latest_owner()->instance, "a");
  EXPECT_EQ(state.owners().size(), 2u);
}

TEST(StateRecords, ForgetsWhatHasATombstone) {
  SourceState state(firehose);
  ASSERT_TRUE(apply(state, owner_record(firehose, owner("a", 1))));
  ASSERT_TRUE(apply(state, owner_record(firehose, owner("b", 1))));
  ASSERT_TRUE(
      apply(state, {RecordTopic::state, owner_record(firehose, owner("a", 1)).key, std::nullopt}));
  EXPECT_EQ(state.owners().count("a"), 0u);
  EXPECT_EQ(state.latest_owner()->instance, "b");
  ASSERT_TRUE(apply(state, position_record(firehose, {"j", BlockSequence{1}, 0, ItemSequence{1}})));
  ASSERT_TRUE(apply(state, {RecordTopic::state, "firehose/position/j", std::nullopt}));
  EXPECT_TRUE(state.positions().empty());
}

TEST(StateRecords, PassesOverOtherSourcesOfThePartition) {
  SourceState state(firehose);
  ASSERT_TRUE(apply(state, owner_record(SourceName("fire"), owner("a", 1))));
  ASSERT_TRUE(apply(state, {RecordTopic::state, "firehose2/owner/a", "nonsense"}));
  EXPECT_FALSE(state.latest_owner());
}

TEST(StateRecords, RefusesANewerVersionAndDamage) {
  SourceState state(firehose);
  const auto position = [](const char* value) {
    return SideRecord{RecordTopic::state, "firehose/position/j", value};
  };
  EXPECT_TRUE(apply(state, position("v=1\nsequence=1\noffset=0\nitem=1\n")));
  EXPECT_FALSE(apply(state, position("v=2\nsequence=1\noffset=0\nitem=1\n")));
  EXPECT_FALSE(apply(state, position("")));
  EXPECT_FALSE(apply(state, position("v=1\nsequence=x\noffset=0\nitem=1\n")));
  EXPECT_FALSE(apply(state, position("v=1\nsequence=1\noffset=0\n")));
  EXPECT_FALSE(apply(state, {RecordTopic::state, "firehose/owner/a", "v=1\nclaim=1\n"}));
}

TEST(StateRecords, LeavesWhatBelongsToJobsAlone) {
  SourceState state(firehose);
  EXPECT_TRUE(apply(state, {RecordTopic::state, "firehose/job/1", "{}"}));
}

}  // namespace
}  // namespace penstock::publish
