// Processes that are killed while what the remote had held back still comes.
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

class JobsBehind : public JobsFixture {
 protected:
  // The remote held back what it had from 10 s to 1,000 s; it has caught up at 1,600 s.
  void held_back() {
    start();
    list({});
    open();
    live({event_line("a", 1)});
    pass(1'000);
  }
  Numbers comes_behind(const Lines& lines) {
    Batch batch = live_lines(session, now, lines);
    batch.block.backlog = Backlog{at_s(10), at_s(1'600)};
    return decide(batch);
  }
  bool gap_begins_at(std::int64_t seconds) {
    tick();
    return gap_shows("\"started_at\":\"" + to_rfc3339(at_s(seconds)) + "\"");
  }
};

TEST_F(JobsBehind, BeginTheirGapWhereThatBegan) {
  held_back();
  EXPECT_EQ(comes_behind({event_line("a", 2)}), (Numbers{2}));
  restart();
  EXPECT_TRUE(gap_begins_at(10)) << gap();
  list({});
  open();
  list({task("in-between", "success", 11, 20), task("before", "success", -1'000, -900)});
  EXPECT_TRUE(gap_shows("\"jobs\":[\"a\",\"in-between\"]")) << gap();
}

TEST_F(JobsBehind, BeginTheirGapThereThoughTheJournalHasMore) {
  held_back();
  comes_behind({event_line("a", 2)});
  pass(5);
  restart();
  recovered(now);
  EXPECT_TRUE(gap_begins_at(10)) << gap();
  pass(595);
  recovered(now);
  EXPECT_TRUE(gap_begins_at(1'600)) << gap() << ": it had caught up";
}

TEST_F(JobsBehind, BeginTheirGapWithTheLastBytesOnceTheyHaveCaughtUp) {
  held_back();
  comes_behind({event_line("a", 2)});
  pass(600);
  comes_behind({event_line("a", 3)});
  restart();
  EXPECT_TRUE(gap_begins_at(1'600)) << gap();
}

TEST_F(JobsBehind, BeginTheGapOfTheNextSessionWithItsLastBytes) {
  held_back();
  comes_behind({event_line("a", 2)});
  close();
  open();
  pass(1);
  live({event_line("a", 3)});
  restart();
  EXPECT_TRUE(gap_begins_at(1'001)) << gap();
}

TEST_F(JobsBehind, BeginTheirGapThereByAClockThatIsSetBack) {
  held_back();
  comes_behind({event_line("a", 2)});
  pass(-5);
  tick();
  restart();
  EXPECT_TRUE(gap_begins_at(5)) << gap();
}

TEST_F(JobsBehind, BeginTheirGapThereByAClockThatIsSetBackWhileNothingRuns) {
  held_back();
  comes_behind({event_line("a", 2)});
  pass(-3'600);
  restart();
  EXPECT_TRUE(gap_begins_at(10 - 3'600)) << gap();
}

// A machine that crashed: of what it received last, some blocks can't be read.
TEST_F(JobsBehind, BeginTheirGapsThereThoughTheJournalIsDamaged) {
  held_back();
  comes_behind({event_line("a", 2)});
  const SessionId before = session;
  pass(5);
  restart();
  session = before;
  recovered(now);
  pass(5);
  recovered(now, true);
  ASSERT_EQ(gaps_topic.size(), 2u);
  for (const auto& [key, record] : gaps_topic) {
    EXPECT_NE(record.find("\"started_at\":\"" + to_rfc3339(at_s(10)) + "\""), std::string::npos)
        << record;
  }
}

// Its blocks may wait in the journal until then.
TEST_F(JobsBehind, NoMoreWriteThatTheyAreOnceTheyHaveCaughtUp) {
  held_back();
  comes_behind({event_line("a", 2)});
  EXPECT_NE(state["session"].find("backlog_since"), std::string::npos);
  pass(700);
  live({event_line("a", 3)});
  EXPECT_EQ(state["session"].find("backlog"), std::string::npos);
}

}  // namespace
}  // namespace penstock::jobs
