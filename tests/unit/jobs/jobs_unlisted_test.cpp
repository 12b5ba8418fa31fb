// Jobs that a gap touched and that the task list read for it lacked: first heard of behind it.
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

class JobsUnlisted : public JobsFixture {
 protected:
  // From second 10 to 20. `listed`: what the task list has then.
  void gap(const std::vector<Task>& listed) {
    start();
    list({});
    open();
    pass(10);
    close();
    pass(10);
    open();
    list(listed);
    pass(10);
  }
  // What the API says of it alone.
  void asked_about(const std::string& id, std::int64_t requested) {
    tick();
    EXPECT_EQ(status_ordered(), id);
    commit(jobs->status_told(id, task(id, "Requested", requested), now));
  }
  void ends(const std::string& id) {
    live({status_line(id, success_flags)});
    pass(60);
    tick();
  }
  void replay_is_gone(const std::string& id) {
    const auto run = ordered_replay();
    ASSERT_TRUE(run);
    EXPECT_EQ(run->job, id);
    commit(jobs->replay_failed(run->run, ReplayEnd::gone, std::nullopt, now));
  }
};

TEST_F(JobsUnlisted, WhoseReplayIsGoneAreSaidByAGapThatRecovers) {
  gap({task("a", "Requested", 0)});
  live({event_line("b", 1)});
  asked_about("b", 0);
  ends("b");
  EXPECT_TRUE(gap_shows("\"jobs\":[\"a\"],"));
  replay_is_gone("b");
  EXPECT_TRUE(gap_shows("\"state\":\"recovering\",\"jobs\":[\"a\",\"b\"],"));
  EXPECT_TRUE(gap_shows("\"note\":\"job b: gone\""));
}

TEST_F(JobsUnlisted, WhoseReplayIsGoneAreSaidByAGapThatWasRecovered) {
  gap({});
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\",\"jobs\":[],"));
  live({event_line("b", 1)});
  ends("b");
  replay_is_gone("b");
  EXPECT_TRUE(gap_shows("\"state\":\"unrecoverable\",\"jobs\":[\"b\"],"));
  EXPECT_TRUE(gap_shows("\"note\":\"job b: gone\""));
  EXPECT_EQ(gaps_topic.size(), 1u);
  EXPECT_EQ(stored("gap/"), 0u);
  EXPECT_EQ(jobs->figures().gaps_recovered, 0u);
  EXPECT_EQ(jobs->figures().gaps_recovering, 0u);
  EXPECT_EQ(jobs->figures().gaps_unrecoverable, 1u);
}

TEST_F(JobsUnlisted, WhoseReplayIsHeldAreSaid) {
  gap({});
  live({event_line("b", 1)});
  ends("b");
  replay_next("b", {event_line("b", 9)});
  EXPECT_EQ(told(SourceEvent::replay_held).size(), 1u);
  EXPECT_TRUE(gap_shows("\"state\":\"recovering\",\"jobs\":[\"b\"],"));
  EXPECT_TRUE(gap_shows("\"note\":\"job b: held, it brings 1 events, 0 of the 1 published\""));
  EXPECT_EQ(stored("gap/"), 1u) << "for a process that comes later";
  auto asked = jobs->replay_requested("b", true, now);
  ASSERT_TRUE(asked);
  commit(*asked);
  const Lines all{event_line("b", 1), event_line("b", 9)};
  replay_next("b", all);
  replay_next("b", all);
  EXPECT_TRUE(settled("b"));
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\",\"jobs\":[\"b\"],"));
}

// Its creation came behind the gap, and a dead letter may have been of it.
TEST_F(JobsUnlisted, ThatWereCreatedBehindAGapAreNoneOfIts) {
  gap({});
  live({status_line("b", created_flags), event_line("b", 1)});
  live({bad_line()});
  asked_about("b", 30);
  ends("b");
  replay_is_gone("b");
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\",\"jobs\":[],"));
}

TEST_F(JobsUnlisted, ThatWereCreatedBehindAGapAreNoneOfItsForALaterProcess) {
  gap({task("x", "Requested", 0)});
  live({status_line("b", created_flags), event_line("b", 1)});
  restart();
  list({task("x", "Requested", 0)});
  ends("b");
  replay_is_gone("b");
  EXPECT_TRUE(gaps_topic.begin()->second.find("\"state\":\"recovering\",\"jobs\":[\"x\"],") !=
              std::string::npos);
}

TEST_F(JobsUnlisted, OfAnotherTimeAreNoneOfItsEither) {
  gap({});
  pass(601);
  live({event_line("b", 1)});
  asked_about("b", 632);
  ends("b");
  replay_is_gone("b");
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\",\"jobs\":[],"));
}

TEST_F(JobsUnlisted, ThatOnlyAnOperatorToldOfAreOfNoGap) {
  gap({});
  auto asked = jobs->replay_requested("typo", true, now);
  ASSERT_TRUE(asked);
  commit(*asked);
  tick();
  EXPECT_EQ(status_ordered(), "typo");
  commit(jobs->status_told("typo", std::nullopt, now));
  EXPECT_TRUE(shows("typo", "\"status\":\"failed\""));
  pass(60);
  tick();
  replay_is_gone("typo");  // the one that was asked for
  pass(60);
  tick();
  replay_is_gone("typo");
  EXPECT_EQ(jobs->figures().given_up_jobs, 1u);
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\",\"jobs\":[],"));
}

// It was silent since the gap: the stream shows it in mid-life, or nothing but its end.
class JobsUnlistedAndSeenLate : public JobsUnlisted {
 protected:
  void gap_and_late_end_of_b() {
    gap({});
    pass(700);
    live({status_line("b", success_flags)});
    tick();
  }
};

TEST_F(JobsUnlistedAndSeenLate, AreOfTheGapThatTheyRanThrough) {
  gap_and_late_end_of_b();
  EXPECT_EQ(status_ordered(), "b") << "when did it begin?";
  commit(jobs->status_told("b", task("b", "Success", 0, 700), now));
  pass(60);
  tick();
  EXPECT_FALSE(status_ordered());
  replay_is_gone("b");
  EXPECT_TRUE(gap_shows("\"state\":\"unrecoverable\",\"jobs\":[\"b\"],"));
}

TEST_F(JobsUnlistedAndSeenLate, AreOfNoGapBeforeThem) {
  gap_and_late_end_of_b();
  EXPECT_EQ(status_ordered(), "b");
  commit(jobs->status_told("b", task("b", "Success", 650, 700), now));
  pass(60);
  tick();
  replay_is_gone("b");
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\",\"jobs\":[],"));
}

TEST_F(JobsUnlistedAndSeenLate, MayHaveRunThroughTheGapWhereTheApiDoesNotSay) {
  gap_and_late_end_of_b();
  EXPECT_EQ(status_ordered(), "b");
  jobs->status_failed("b");
  pass(60);
  tick();
  EXPECT_EQ(status_ordered(), "b") << "there was no answer";
  commit(jobs->status_told("b", std::nullopt, now));
  pass(60);
  tick();
  EXPECT_FALSE(status_ordered()) << "it was answered";
  replay_is_gone("b");
  EXPECT_TRUE(gap_shows("\"state\":\"unrecoverable\",\"jobs\":[\"b\"],"));
}

}  // namespace
}  // namespace penstock::jobs
