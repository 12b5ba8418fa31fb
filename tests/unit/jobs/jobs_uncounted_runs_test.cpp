// Jobs that turn out not to be counted after a replay published something of them.
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

// Of `a`, which nobody saw live, the first run publishes until something ends it.
class JobsUncountedAfterARun : public JobsFixture {
 protected:
  static JobsOptions with_room_for(Bytes ledger) {
    JobsOptions with = options();
    with.ledger_memory = ledger;
    return with;
  }
  static Lines events(std::uint64_t count) {
    Lines lines;
    for (std::uint64_t i = 1; i <= count; ++i) {
      lines.push_back(event_line("a", i));
    }
    return lines;
  }
  ChannelId begin_run() {
    open();
    pass(100);
    tick();
    list({task("a", "success", 10, 50)});
    pass(61);
    tick();
    const auto run = ordered_replay();
    EXPECT_TRUE(run) << "no replay was ordered";
    begin_replay(run->run);
    return run->run;
  }
  void expect_given_up() {
    EXPECT_EQ(jobs->figures().given_up_jobs, 1u);
    EXPECT_NE(state["job/a"].find("given_up=uncounted"), std::string::npos);
  }
};

TEST_F(JobsUncountedAfterARun, ThatTheLedgerHadNoRoomForArePublishedOnce) {
  start(with_room_for(64_KiB));
  list({});
  const Numbers published = bring(begin_run(), events(20'000));
  ASSERT_FALSE(published.empty());
  ASSERT_LT(published.size(), 20'000u);
  tick();
  expect_given_up();
  open();
  EXPECT_EQ(live(events(1)), (Numbers{})) << "the replay published it";
}

TEST_F(JobsUncountedAfterARun, ThatDiedWithItsProcessArePublishedOnce) {
  start();
  list({});
  ASSERT_EQ(bring(begin_run(), events(500)).size(), 500u);
  restart(with_room_for(4_KiB));
  tick();
  expect_given_up();
  open();
  EXPECT_EQ(live(events(1)), (Numbers{})) << "the replay published it";
}

TEST_F(JobsUncountedAfterARun, ThatAListShowsToBeOlderArePublishedOnce) {
  JobsOptions after_loss = options();
  after_loss.journal_published = true;
  first_start(after_loss);
  open();
  list({});
  auto asked = jobs->replay_requested("a", true, now);
  ASSERT_TRUE(asked);
  commit(*asked);
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  begin_replay(run->run);
  EXPECT_EQ(bring(run->run, {event_line("a", 9)}), (Numbers{9}));
  pass(60);
  tick();
  list({task("a", "success", -5)});
  pass(60);
  tick();
  expect_given_up();
  EXPECT_EQ(live({event_line("a", 9)}), (Numbers{})) << "the replay published it";
}

}  // namespace
}  // namespace penstock::jobs
