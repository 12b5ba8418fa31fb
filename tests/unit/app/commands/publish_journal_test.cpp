#include "penstock/app/commands/publish_journal.hpp"

#include <gtest/gtest.h>

namespace penstock::app {
namespace {

std::string gap(const std::string& state, const std::string& note) {
  return R"({"gap_id":"1-a-1","source":"firehose","ended_at":null,"truncated_bytes":7,"state":")" +
         state + R"(","jobs":["a","b"],"recovered_events":2,"note":")" + note + "\"}";
}

TEST(PublishJournal, AGapThatNamedTheJournalIsRecovered) {
  EXPECT_EQ(recovered_gap(gap("unrecoverable", "journal 00ff on host may hold"), "00ff", 5),
            R"({"gap_id":"1-a-1","source":"firehose","ended_at":null,"truncated_bytes":7,)"
            R"("state":"recovered","jobs":["a","b"],"recovered_events":7,)"
            R"("note":"journal 00ff on host may hold; published from there"})");
}

TEST(PublishJournal, OtherGapsStayAsTheyAre) {
  EXPECT_EQ(recovered_gap(gap("unrecoverable", "journal 00ee on host may hold"), "00ff", 5), "");
  EXPECT_EQ(recovered_gap(gap("recovered", "journal 00ff on host may hold"), "00ff", 5), "");
  EXPECT_EQ(recovered_gap("[1]", "00ff", 5), "");
  EXPECT_EQ(recovered_gap("{", "00ff", 5), "");
}

}  // namespace
}  // namespace penstock::app
