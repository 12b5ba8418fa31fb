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

std::string told(const std::string& json, std::uint64_t lines, std::string_view up_to) {
  return gap_with_lines(parse_gap("firehose/1-a-1", json).value(), lines, *parse_rfc3339(up_to));
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

}  // namespace
}  // namespace penstock::app
