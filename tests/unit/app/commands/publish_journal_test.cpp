#include "penstock/app/commands/publish_journal.hpp"

#include <gtest/gtest.h>

#include "penstock/core/time.hpp"

namespace penstock::app {
namespace {

std::string gap(int recovered, const std::string& note) {
  return R"({"gap_id":"1-a-1","source":"firehose","started_at":"2026-03-01T11:00:00.000Z",)"
         R"("ended_at":null,"truncated_bytes":7,"state":"unrecoverable","jobs":["a","b"],)"
         R"("recovered_events":)" +
         std::to_string(recovered) + R"(,"note":")" + note + "\"}";
}

std::string told(const std::string& json, std::uint64_t events, std::string_view up_to) {
  return gap_with_events(parse_gap("firehose/1-a-1", json).value(), events, *parse_rfc3339(up_to))
      .value();
}

// What came after the journal's end, or between its sessions, nobody has.
TEST(PublishJournal, AGapSaysWhatCameFromTheJournalAndStaysWhatItIs) {
  const std::string first =
      told(gap(2, "journal 00ff on host may hold"), 5, "2026-03-01T12:00:00Z");
  EXPECT_EQ(first, gap(7,
                       "journal 00ff on host may hold; published from there: what was received "
                       "until 2026-03-01T12:00:00.000Z"));
  // By a command that went on where the first one ended.
  EXPECT_EQ(told(first, 1, "2026-03-01T12:30:00Z"),
            gap(8,
                "journal 00ff on host may hold; published from there: what was received until "
                "2026-03-01T12:30:00.000Z"));
}

// The daemon that has an open one writes it anew as it ends, from what it knows itself.
TEST(PublishJournal, OnlyGapsThatHaveEndedAreWritten) {
  const std::string note = "journal 00ff on host may hold";
  std::string ended = gap(2, note);
  ended.replace(ended.find("null"), 4, R"("2026-03-01T11:30:00.000Z")");
  const std::vector<GapRecord> gaps{parse_gap("firehose/1-a-1", gap(2, note)).value(),
                                    parse_gap("firehose/1-a-2", ended).value()};
  const JournalPublished done{
      .lines = 6, .events = 5, .up_to = *parse_rfc3339("2026-03-01T12:00:00Z")};
  const auto records = gaps_with_events(gaps, done);
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 1U);
  EXPECT_EQ(records->front().key, "firehose/1-a-2");
  EXPECT_NE(records->front().value->find(R"("recovered_events":7)"), std::string::npos);
  EXPECT_TRUE(gaps_with_events(gaps, {})->empty()) << "nothing was published";
}

// Whoever may write to the topic may have written it.
TEST(PublishJournal, AGapKeepsWhatItHasBesidesHoweverDeepThatIs) {
  constexpr std::size_t depth = 200'000;
  const std::string before = R"({"started_at":"2026-03-01T11:00:00.000Z")";
  const std::string after = R"(,"x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  const std::string kept = R"(,"y":{"note":[true,-1,0.5,{"note":null}]})";
  EXPECT_EQ(
      told(before + R"(,"recovered_events":["odd"])" + kept + after, 5, "2026-03-01T12:00:00Z"),
      before + R"(,"recovered_events":5)" + kept + after);
}

TEST(PublishJournal, WhatIsNoObjectIsNoGap) {
  for (const char* json : {"", "1", "[]", "[{}]", "{", "{}x"}) {
    GapRecord record;
    record.json = json;
    EXPECT_FALSE(gap_with_events(record, 1, WallTime{})) << json;
  }
}

}  // namespace
}  // namespace penstock::app
