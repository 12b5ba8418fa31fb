#include "penstock/publish/refused_records.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "penstock/core/limits.hpp"

namespace penstock::publish {
namespace {

using Disposition = RefusedRecords::Disposition;
constexpr MonotonicTime now{std::chrono::seconds(100)};

RecordId event(std::uint64_t item, std::uint32_t index) {
  return {.item = ItemSequence{item}, .index = index};
}
RecordId letter(std::uint64_t item, std::uint32_t index) {
  return {.item = ItemSequence{item}, .letter = true, .index = index};
}

// Kafka refuses them, in one transaction.
void fail(RefusedRecords& refused, const std::vector<RecordId>& records,
          bool for_their_time = false) {
  std::vector<Refusal> refusals;
  for (const RecordId& record : records) {
    refusals.push_back({.id = record, .for_its_time = for_their_time});
  }
  refused.failed(refusals, now);
}

TEST(RefusedRecords, SendsAllTogetherUntilOneIsRefused) {
  const RefusedRecords refused;
  EXPECT_FALSE(refused.any());
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::together);
}

TEST(RefusedRecords, SendsEachSuspectAloneAndItsNeighboursTogether) {
  RefusedRecords refused;
  fail(refused, {event(1, 0), event(1, 1)});
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::alone);
  EXPECT_EQ(refused.of(event(1, 1)), Disposition::alone);
  EXPECT_EQ(refused.of(event(1, 2)), Disposition::together);
}

TEST(RefusedRecords, SetsAsideOnlyWhatIsRefusedAlone) {
  RefusedRecords refused;
  fail(refused, {event(1, 0), event(1, 1)});
  fail(refused, {event(1, 1)});
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::alone);
  EXPECT_EQ(refused.of(event(1, 1)), Disposition::dead_letter);
}

TEST(RefusedRecords, SuspectsNoLongerWhatIsAcceptedAlone) {
  RefusedRecords refused;
  fail(refused, {event(1, 0), event(1, 1), letter(1, 0)});
  refused.accepted(event(1, 0));
  refused.accepted(letter(1, 0));
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::together);
  EXPECT_EQ(refused.of(letter(1, 0)), Disposition::together);
  EXPECT_EQ(refused.of(event(1, 1)), Disposition::alone);
}

// It is the batch that is too large, not a record of it.
TEST(RefusedRecords, HalvesTheBatchesOfWhatIsAcceptedAloneAndRefusedTogether) {
  RefusedRecords refused;
  std::vector<RecordId> records;
  for (std::uint32_t i = 0; i < 6; ++i) {
    records.push_back(event(1, i));
  }
  fail(refused, records);
  EXPECT_EQ(refused.most_together(now), std::nullopt);
  std::ranges::for_each(records, [&](const RecordId& record) { refused.accepted(record); });
  for (const std::size_t most : {3u, 1u}) {
    fail(refused, {records.begin(), records.begin() + (most == 3 ? 6 : 3)});
    EXPECT_EQ(refused.most_together(now), most);
    EXPECT_EQ(refused.of(records[0]), Disposition::together);
  }
  const MonotonicTime later = now + limits::refusal_memory;
  EXPECT_EQ(refused.most_together(later - Duration{1}), 1u);
  EXPECT_EQ(refused.most_together(later), std::nullopt);
}

TEST(RefusedRecords, BlamesNoBatchWhileAnotherRecordMayBeToBlame) {
  RefusedRecords refused;
  fail(refused, {event(1, 0), event(1, 1)});
  refused.accepted(event(1, 0));
  fail(refused, {event(1, 0), event(1, 5)});  // a new suspect among them
  EXPECT_EQ(refused.most_together(now), std::nullopt);
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::together);
  EXPECT_EQ(refused.of(event(1, 5)), Disposition::alone);
}

TEST(RefusedRecords, HalvesTheBatchesWhereNoSuspectIsToBlame) {
  RefusedRecords refused;
  fail(refused, {event(1, 0), event(1, 1), event(2, 0), event(2, 1)});
  for (const RecordId& record : {event(1, 0), event(1, 1)}) {
    refused.accepted(record);
  }
  refused.committed(ItemSequence{1}, now);
  EXPECT_EQ(refused.most_together(now), std::nullopt);  // some are left
  for (const RecordId& record : {event(2, 0), event(2, 1)}) {
    refused.accepted(record);
  }
  refused.committed(ItemSequence{2}, now);
  EXPECT_EQ(refused.most_together(now), 1u);
}

TEST(RefusedRecords, BlamesNoBatchWhereOneRecordWasToBlame) {
  RefusedRecords refused;
  fail(refused, {event(1, 0), event(1, 1), event(1, 2)});
  refused.accepted(event(1, 0));
  fail(refused, {event(1, 1)});
  refused.accepted(event(1, 2));
  refused.committed(ItemSequence{1}, now);
  EXPECT_EQ(refused.most_together(now), std::nullopt);
}

TEST(RefusedRecords, BlamesNoBatchOfOneRecord) {
  RefusedRecords refused;
  fail(refused, {event(1, 0)});
  refused.accepted(event(1, 0));
  refused.committed(ItemSequence{1}, now);
  EXPECT_EQ(refused.most_together(now), std::nullopt);
}

// The topic takes less than it did.
TEST(RefusedRecords, SetsAsideWhatIsRefusedAloneInTheEnd) {
  RefusedRecords refused;
  fail(refused, {event(1, 0)});
  refused.accepted(event(1, 0));
  fail(refused, {event(1, 0)});
  ASSERT_EQ(refused.most_together(now), 1u);
  fail(refused, {event(1, 0)});
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::alone);
  refused.accepted(event(1, 0));
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::alone);
  fail(refused, {event(1, 0)});
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::dead_letter);
}

TEST(RefusedRecords, TellsWhetherAnythingWasLearned) {
  RefusedRecords refused;
  const std::vector<Refusal> refusals{{.id = event(1, 0)}};
  EXPECT_FALSE(refused.failed({}, now));
  EXPECT_TRUE(refused.failed(refusals, now));  // a suspect
  refused.accepted(event(1, 0));
  EXPECT_TRUE(refused.failed(refusals, now));  // its batch was too large
  EXPECT_TRUE(refused.failed(refusals, now));  // a suspect again
  EXPECT_TRUE(refused.failed(refusals, now));  // it is to blame
  EXPECT_FALSE(refused.failed(refusals, now));

  const std::vector<Refusal> letters{{.id = letter(1, 0)}};
  EXPECT_TRUE(refused.failed(letters, now));   // a suspect
  EXPECT_TRUE(refused.failed(letters, now));   // in small parts
  EXPECT_FALSE(refused.failed(letters, now));  // nothing else is to be tried
}

TEST(RefusedRecords, KeepsInMindHowARecordIsAccepted) {
  RefusedRecords refused;
  fail(refused, {event(1, 0)}, true);
  fail(refused, {event(1, 0)}, true);
  fail(refused, {letter(1, 0)});
  fail(refused, {letter(1, 0)});
  refused.accepted(event(1, 0));
  refused.accepted(letter(1, 0));
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::received_time);
  EXPECT_EQ(refused.of(letter(1, 0)), Disposition::small_parts);
}

TEST(RefusedRecords, GivesAnEventItsTimeOfReceiptWhenItsOwnTimeIsRefused) {
  RefusedRecords refused;
  fail(refused, {event(1, 0), event(1, 1)}, true);
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::alone);
  fail(refused, {event(1, 0)}, true);
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::received_time);
  EXPECT_EQ(refused.of(event(1, 1)), Disposition::alone);
}

TEST(RefusedRecords, TriesNoTimeThatIsAsFarFromItsReceiptAsOneThatWasRefused) {
  RefusedRecords refused;
  const auto refuse_time = [&](std::uint32_t index, Duration ahead) {
    fail(refused, {event(1, index)}, true);
    refused.try_alone(event(1, index), ahead);
    fail(refused, {event(1, index)}, true);
  };
  EXPECT_FALSE(refused.refuses_any_time(now));
  refuse_time(0, Duration{500});
  EXPECT_TRUE(refused.refuses_any_time(now));
  EXPECT_TRUE(refused.refuses_time(Duration{500}, now));
  EXPECT_FALSE(refused.refuses_time(Duration{499}, now));
  EXPECT_FALSE(refused.refuses_time(Duration{-500}, now));
  refuse_time(1, Duration{400});
  EXPECT_TRUE(refused.refuses_time(Duration{400}, now));
  refuse_time(2, Duration{-300});
  EXPECT_TRUE(refused.refuses_time(Duration{-300}, now));
  EXPECT_FALSE(refused.refuses_time(Duration{-299}, now));
  EXPECT_TRUE(refused.refuses_time(Duration{400}, now));

  const MonotonicTime later = now + limits::refusal_memory;
  EXPECT_FALSE(refused.refuses_time(Duration{400}, later));
  EXPECT_FALSE(refused.refuses_time(Duration{-300}, later));
  EXPECT_FALSE(refused.refuses_any_time(later));
}

TEST(RefusedRecords, LearnsNothingAboutTimesFromATimeOfReceiptOrAnotherRecord) {
  RefusedRecords refused;
  fail(refused, {event(1, 0), event(1, 1)}, true);
  refused.try_alone(event(1, 1), Duration{500});
  fail(refused, {event(1, 0)}, true);
  EXPECT_FALSE(refused.refuses_time(Duration{500}, now));
  refused.try_alone(event(1, 1), Duration{0});
  fail(refused, {event(1, 1)}, true);
  EXPECT_FALSE(refused.refuses_time(Duration{0}, now));
}

TEST(RefusedRecords, SetsAsideAnEventThatIsRefusedWithItsTimeOfReceiptToo) {
  for (const bool for_its_time : {true, false}) {
    RefusedRecords refused;
    fail(refused, {event(1, 0)}, true);
    fail(refused, {event(1, 0)}, true);
    ASSERT_EQ(refused.of(event(1, 0)), Disposition::received_time);
    fail(refused, {event(1, 0)}, for_its_time);
    EXPECT_EQ(refused.of(event(1, 0)), Disposition::dead_letter);
  }
}

TEST(RefusedRecords, WritesADeadLetterThatIsRefusedAloneInSmallParts) {
  RefusedRecords refused;
  fail(refused, {letter(1, 0), event(1, 0)});
  EXPECT_EQ(refused.of(letter(1, 0)), Disposition::alone);
  fail(refused, {letter(1, 0)});
  EXPECT_EQ(refused.of(letter(1, 0)), Disposition::small_parts);
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::alone);
  EXPECT_FALSE(refused.dead_letters_topic_refuses());
}

TEST(RefusedRecords, BlamesTheDeadLettersTopicWhenSmallPartsAreRefusedToo) {
  RefusedRecords refused;
  fail(refused, {letter(1, 0)});
  fail(refused, {letter(1, 0)});
  fail(refused, {letter(1, 0)});
  EXPECT_TRUE(refused.dead_letters_topic_refuses());
  EXPECT_EQ(refused.of(letter(1, 0)), Disposition::small_parts);  // kept, and tried again
  EXPECT_FALSE(refused.events_topic_refuses(now));
}

TEST(RefusedRecords, BlamesTheDeadLettersTopicForTheLastTransactionOnly) {
  RefusedRecords refused;
  for (int i = 0; i < 3; ++i) {
    fail(refused, {letter(1, 0)});
  }
  fail(refused, {event(1, 7)});
  EXPECT_FALSE(refused.dead_letters_topic_refuses());
}

// The parts of a dead letter have its id; a Kafka batch is refused with all that are in it.
TEST(RefusedRecords, TakesARecordOfSeveralPartsForOneSuspect) {
  RefusedRecords refused;
  fail(refused, {letter(1, 0), letter(1, 0), letter(1, 0)});
  EXPECT_EQ(refused.of(letter(1, 0)), Disposition::alone);
  EXPECT_FALSE(refused.dead_letters_topic_refuses());
}

TEST(RefusedRecords, TellsTheDeadLetterOfAnEventFromTheEventAndFromOtherLetters) {
  RefusedRecords refused;
  refused.refuse(event(1, 3), now);
  fail(refused, {letter(1, 3)});
  fail(refused, {letter(1, 3)});
  EXPECT_EQ(refused.of(event(1, 3)), Disposition::dead_letter);
  EXPECT_EQ(refused.of(letter(1, 3)), Disposition::small_parts);
  EXPECT_EQ(refused.of(letter(1, 4)), Disposition::together);
}

TEST(RefusedRecords, ForgetsWhatIsCommitted) {
  RefusedRecords refused;
  fail(refused, {event(1, 0), event(2, 0)});
  refused.refuse(event(1, 5), now);
  refused.committed(ItemSequence{1}, now);
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::together);
  EXPECT_EQ(refused.of(event(1, 5)), Disposition::together);
  EXPECT_EQ(refused.of(event(2, 0)), Disposition::alone);
  EXPECT_TRUE(refused.any());
  refused.committed(ItemSequence{2}, now);
  EXPECT_FALSE(refused.any());
}

TEST(RefusedRecords, BlamesTheEventsTopicForManyRefusalsWithinAMinute) {
  RefusedRecords refused;
  for (std::uint32_t i = 0; i < limits::refused_records_per_minute; ++i) {
    refused.refuse(event(1, i), now);
  }
  EXPECT_FALSE(refused.events_topic_refuses(now));
  refused.refuse(event(1, 100), now);
  EXPECT_TRUE(refused.events_topic_refuses(now));
  EXPECT_FALSE(refused.events_topic_refuses(now + std::chrono::seconds(61)));
}

}  // namespace
}  // namespace penstock::publish
