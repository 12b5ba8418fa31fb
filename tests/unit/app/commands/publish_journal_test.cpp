#include "penstock/app/commands/publish_journal.hpp"

#include <gtest/gtest.h>

#include "penstock/core/time.hpp"

namespace penstock::app {
namespace {

std::string gap(const std::string& state, const std::string& note) {
  return R"({"gap_id":"1-a-1","source":"firehose","ended_at":null,"truncated_bytes":7,"state":")" +
         state + R"(","jobs":["a","b"],"recovered_events":2,"note":")" + note + "\"}";
}

const WallTime received = *parse_rfc3339("2026-03-01T12:00:00Z");

std::string told(const std::string& gap_json) {
  return gap_with_lines(gap_json, "00ff", 5, received);
}

// What came after the journal's end, or between its sessions, nobody has.
TEST(PublishJournal, AGapThatNamesTheJournalSaysWhatCameFromItAndStaysWhatItIs) {
  const std::string published =
      R"({"gap_id":"1-a-1","source":"firehose","ended_at":null,"truncated_bytes":7,)"
      R"("state":"unrecoverable","jobs":["a","b"],"recovered_events":7,)"
      R"("note":"journal 00ff on host may hold; published from there: what was received until )"
      R"(2026-03-01T12:00:00.000Z"})";
  EXPECT_EQ(told(gap("unrecoverable", "journal 00ff on host may hold")), published);
  EXPECT_EQ(told(published), "") << "once";
}

TEST(PublishJournal, OtherGapsStayAsTheyAre) {
  EXPECT_EQ(told(gap("unrecoverable", "journal 00ee on host may hold")), "");
  EXPECT_EQ(told(gap("recovered", "journal 00ff on host may hold")), "");
  EXPECT_EQ(told("[1]"), "");
  EXPECT_EQ(told("{"), "");
}

}  // namespace
}  // namespace penstock::app
