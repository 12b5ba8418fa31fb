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
TEST(RefusedRecords, LeavesARecordAloneThatIsRefusedAgainAmongOthers) {
  RefusedRecords refused;
  for (const RecordId& record : {event(1, 0), letter(1, 0)}) {
    fail(refused, {record});
    refused.accepted(record);
    fail(refused, {record});
    EXPECT_EQ(refused.of(record), Disposition::alone);
    refused.accepted(record);
    EXPECT_EQ(refused.of(record), Disposition::alone);
  }
}

TEST(RefusedRecords, SetsAsideWhatIsRefusedAloneInTheEnd) {
  RefusedRecords refused;
  fail(refused, {event(1, 0)});
  refused.accepted(event(1, 0));
  fail(refused, {event(1, 0)});
  fail(refused, {event(1, 0)});
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::dead_letter);
}

// Each attempt ends with the first batch that is refused, as the transaction fails with it.
TEST(RefusedRecords, GetsThroughManyBatchesThatAreTooLargeInAsManyAttempts) {
  constexpr std::uint32_t batches = 24;
  RefusedRecords refused;
  const auto attempt = [&] {
    for (std::uint32_t batch = 0; batch < batches; ++batch) {
      const std::vector records{event(1, 2 * batch), event(1, 2 * batch + 1)};
      if (refused.of(records[0]) == Disposition::together) {
        fail(refused, records);
        return false;
      }
      std::ranges::for_each(records, [&](const RecordId& record) { refused.accepted(record); });
    }
    return true;
  };
  std::uint32_t attempts = 1;
  while (attempts <= 3 * batches && !attempt()) {
    ++attempts;
  }
  EXPECT_LE(attempts, 2 * batches + 1);
}

TEST(RefusedRecords, TellsWhetherAnythingWasLearned) {
  RefusedRecords refused;
  const std::vector<Refusal> refusals{{.id = event(1, 0)}};
  EXPECT_FALSE(refused.failed({}, now));
  EXPECT_TRUE(refused.failed(refusals, now));  // a suspect
  refused.accepted(event(1, 0));
  EXPECT_TRUE(refused.failed(refusals, now));  // it stays alone
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
  refused.committed(ItemSequence{1});
  EXPECT_EQ(refused.of(event(1, 0)), Disposition::together);
  EXPECT_EQ(refused.of(event(1, 5)), Disposition::together);
  EXPECT_EQ(refused.of(event(2, 0)), Disposition::alone);
  EXPECT_TRUE(refused.any());
  refused.committed(ItemSequence{2});
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
