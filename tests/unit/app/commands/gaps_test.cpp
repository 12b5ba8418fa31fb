#include "penstock/app/commands/gaps.hpp"

#include <gtest/gtest.h>

#include <string>

namespace penstock::app {
namespace {

const std::string whole =
    R"({"gap_id":"a1","source":"stream","started_at":"2026-11-23T20:15:30.250Z",)"
    R"("ended_at":"2026-11-23T20:19:40.250Z","cause":"aborted","truncated_bytes":12,)"
    R"("estimated_events":1200,"state":"recovering","jobs":["1","2"],"recovered_events":980,)"
    R"("note":"waits"})";

TEST(ParseGap, ReadsWhatATableShows) {
  const auto gap = parse_gap("stream/a1", whole);
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->key, "stream/a1");
  EXPECT_EQ(gap->json, whole);
  EXPECT_EQ(gap->source, "stream");
  EXPECT_EQ(gap->cause, "aborted");
  EXPECT_EQ(gap->state, "recovering");
  EXPECT_EQ(gap->note, "waits");
  EXPECT_EQ(to_rfc3339(gap->started_at), "2026-11-23T20:15:30.250Z");
  ASSERT_TRUE(gap->ended_at);
  EXPECT_EQ(*gap->ended_at - gap->started_at, std::chrono::seconds(250));
  EXPECT_EQ(gap->estimated_events, 1200);
  EXPECT_EQ(gap->recovered_events, 980);
  EXPECT_EQ(gap->jobs, 2);
}

TEST(ParseGap, LeavesOutWhatIsNotKnownYet) {
  const auto gap = parse_gap(
      "k", R"({"started_at":"2026-11-23T20:15:30Z","ended_at":null,"estimated_events":null})");
  ASSERT_TRUE(gap);
  EXPECT_FALSE(gap->ended_at);
  EXPECT_FALSE(gap->estimated_events);
  EXPECT_EQ(gap->jobs, 0);
}

TEST(ParseGap, RefusesWhatIsNotPenstocks) {
  EXPECT_FALSE(parse_gap("k", ""));
  EXPECT_FALSE(parse_gap("k", "[]"));
  EXPECT_FALSE(parse_gap("k", "{}"));
  EXPECT_FALSE(parse_gap("k", whole + "x"));
  EXPECT_FALSE(parse_gap("k", R"({"started_at":"yesterday"})"));
  EXPECT_FALSE(parse_gap("k", std::string(100'000, '[')));
  EXPECT_FALSE(parse_gap("k", "{\"started_at\":\"2026-11-23T20:15:30Z\",\"note\":\"\xff\"}"));
}

TEST(ParseGap, RefusesWhatMovesATerminal) {
  for (const char* bad : {"\n", "\t", "\x7f", "\xc2\x9b", "\xe2\x80\xae"}) {
    EXPECT_FALSE(parse_gap(
        "k", "{\"started_at\":\"2026-11-23T20:15:30Z\",\"note\":\"a" + std::string(bad) + "b\"}"));
  }
  EXPECT_TRUE(parse_gap("k", "{\"started_at\":\"2026-11-23T20:15:30Z\",\"note\":\"\xc3\xa4\"}"));
}

}  // namespace
}  // namespace penstock::app
