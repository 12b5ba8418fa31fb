// Live sessions: what is published, which jobs are clean, where gaps begin and end.
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

class JobsLive : public JobsFixture {};

TEST_F(JobsLive, PublishesWhatComesAndTwinsOfIt) {
  start();
  open();
  EXPECT_EQ(live({event_line("a", 1), event_line("client-a", 1), event_line("a", 2)}),
            (Numbers{1, 1, 2}));
  tick();
  EXPECT_TRUE(shows("a", "\"job_id\":\"a\",\"status\":\"started\""));
  EXPECT_TRUE(shows("a", "\"events\":3,"));
}

TEST_F(JobsLive, PublishesWhatHasNoJobIdThatCanBeUsed) {
  start();
  open();
  EXPECT_EQ(live({Line{.job = {}, .event = 0}, event_line("", 1), event_line("a b", 2),
                  event_line(std::string(201, 'x'), 3), event_line("\xc3\xa4", 4)})
                .size(),
            5u);
  EXPECT_TRUE(jobs_topic.empty());
  EXPECT_EQ(stored("ledger/"), 0u);
  EXPECT_EQ(jobs->figures().ignored_job_ids, 4u);
}

TEST_F(JobsLive, HoldsATwinBackInANewSessionUntilAReplayShowsIt) {
  start();
  open();
  EXPECT_EQ(live({event_line("a", 1)}), (Numbers{1}));
  close();
  open();
  EXPECT_EQ(live({event_line("a", 1), event_line("a", 1)}), (Numbers{1}));
}

TEST_F(JobsLive, SettlesAJobThatWasSeenFromCreationToItsEnd) {
  start();
  open();
  live({status_line("client-a", created_flags), event_line("a", 1), event_line("a", 2)});
  EXPECT_FALSE(settled("a"));
  EXPECT_EQ(stored("ledger/"), 1u);
  live({status_line("a", success_flags)});
  EXPECT_TRUE(settled("a"));
  EXPECT_TRUE(shows("a",
                    "\"status\":\"success\",\"success\":true,\"started\":true,"
                    "\"completed\":true,\"revoked\":false,"));
  tick();
  EXPECT_EQ(stored("ledger/"), 0u) << "what is stored of its ledger has its tombstone";
  pass(1000);
  tick();
  EXPECT_FALSE(ordered_replay());
  EXPECT_EQ(published_statuses, 2u);
}

// Results of hosts under way may follow.
TEST_F(JobsLive, SettlesNoJobThatIsRevokedBeforeItIsCompleted) {
  start();
  list({});
  open();
  live({status_line("a", created_flags), event_line("a", 1), status_line("a", revoked_flags)});
  EXPECT_FALSE(settled("a"));
  EXPECT_TRUE(shows("a", "\"status\":\"revoked\""));
  close();
  open();
  list({});
  EXPECT_TRUE(gap_shows("\"state\":\"recovering\",\"jobs\":[\"a\"]"));
  pass(60);
  tick();
  const Lines all{event_line("a", 1), event_line("a", 2)};
  EXPECT_EQ(replay_next("a", all), (Numbers{}));
  EXPECT_EQ(replay_next("a", all), (Numbers{2}));
  EXPECT_TRUE(settled("a"));
  EXPECT_TRUE(gap_shows("\"state\":\"recovered\""));
}

TEST_F(JobsLive, SettlesARevokedJobThatIsCompleted) {
  start();
  open();
  live({status_line("a", created_flags), status_line("a", revoked_flags), event_line("a", 1)});
  EXPECT_FALSE(settled("a"));
  live({status_line("a", {.success = false, .started = true, .completed = true, .revoked = true})});
  EXPECT_TRUE(settled("a"));
  EXPECT_TRUE(shows("a", "\"status\":\"revoked\""));
  pass(1000);
  tick();
  EXPECT_FALSE(ordered_replay());
}

TEST_F(JobsLive, AsksForNoRevokedJobWhileItsResultsFollow) {
  start();
  list({});
  open();
  live({status_line("a", created_flags), event_line("a", 1), status_line("a", revoked_flags)});
  for (std::uint64_t number = 2; number < 5; ++number) {
    pass(30);
    live({event_line("a", number)});
  }
  expect_replay_in(60);
}

TEST_F(JobsLive, SettlesARevokedJobThatIsCompletedOnceItsReplayIsGone) {
  start();
  list({});
  open();
  live({status_line("a", created_flags), event_line("a", 1), status_line("a", revoked_flags)});
  pass(60);
  tick();
  const auto run = ordered_replay();
  ASSERT_TRUE(run);
  commit(jobs->replay_failed(run->run, ReplayEnd::gone, std::nullopt, now));
  ASSERT_EQ(jobs->figures().given_up_jobs, 1u);
  live({status_line("a", {.success = false, .started = true, .completed = true, .revoked = true})});
  EXPECT_TRUE(settled("a"));
  EXPECT_EQ(jobs->figures().given_up_jobs, 0u);
}

TEST_F(JobsLive, SettlesNoJobOfWhichTheBeginningIsMissing) {
  start();
  open();
  live({event_line("a", 1), status_line("a", success_flags)});
  live({status_line("b", started_flags), event_line("b", 1), status_line("b", success_flags)});
  EXPECT_FALSE(settled("a"));
  EXPECT_FALSE(settled("b"));
}

TEST_F(JobsLive, SettlesNoJobThatASessionsEndWentThrough) {
  start();
  open();
  live({status_line("a", created_flags)});
  close();
  open();
  live({status_line("a", success_flags)});
  EXPECT_FALSE(settled("a"));
}

TEST_F(JobsLive, SettlesNoJobWhoseSessionHadADeadLetter) {
  start();
  open();
  live({status_line("a", created_flags)});
  live({bad_line()});
  live({status_line("a", success_flags)});
  EXPECT_FALSE(settled("a"));
  live({status_line("b", created_flags), bad_line(), status_line("b", success_flags)});
  EXPECT_FALSE(settled("b")) << "the line could stand anywhere in its block";
  live({status_line("c", created_flags), status_line("c", success_flags)});
  EXPECT_TRUE(settled("c"));
}

TEST_F(JobsLive, SettlesNoJobOfASessionWhoseOpeningItDidNotSee) {
  start();
  session = SessionId{7};
  live({status_line("a", created_flags), status_line("a", success_flags)});
  EXPECT_FALSE(settled("a"));
}

TEST_F(JobsLive, SettlesNoJobThatARestartWentThrough) {
  start();
  open();
  live({status_line("a", created_flags), event_line("a", 1)});
  restart();
  live({event_line("a", 2), status_line("a", success_flags)});
  EXPECT_FALSE(settled("a"));
  EXPECT_TRUE(shows("a", "\"status\":\"success\""));
}

TEST_F(JobsLive, PublishesLateEventsOfSettledJobs) {
  start();
  open();
  live({status_line("a", created_flags), status_line("a", success_flags), event_line("a", 1)});
  pass(10);
  EXPECT_EQ(live({event_line("a", 1), event_line("a", 2)}), (Numbers{1, 2}));
  EXPECT_EQ(jobs->figures().late_events, 3u);
  tick();
  EXPECT_TRUE(shows("a", "\"events\":3,"));
  EXPECT_TRUE(settled("a"));
  EXPECT_EQ(stored("ledger/"), 0u);
}

TEST_F(JobsLive, KnowsASettledJobAfterARestart) {
  start();
  open();
  live({status_line("a", created_flags), event_line("a", 1), status_line("a", success_flags)});
  ASSERT_EQ(stored("ledger/"), 1u) << "not yet dropped";
  restart();
  EXPECT_EQ(jobs->figures().ledger_memory, Bytes{});
  tick();
  EXPECT_EQ(stored("ledger/"), 0u);
  pass(1);
  open();
  EXPECT_EQ(live({event_line("a", 1)}), (Numbers{1})) << "late, not missing";
}

TEST_F(JobsLive, TakesNoMemoryForASettledJobWhoseTombstonesAreThere) {
  jobs = std::make_unique<Jobs>(options());
  const std::string counts = "v=1\n0123456789abcdef\x01";
  ASSERT_TRUE(jobs->restore("ledger/a/0", counts));
  ASSERT_GT(jobs->figures().ledger_memory, Bytes{100});
  ASSERT_TRUE(jobs->restore("job/a", "v=1\nsettled=1\n"));
  ASSERT_TRUE(jobs->restore("ledger/a/0", std::nullopt));
  jobs->restored(now);
  EXPECT_LE(jobs->figures().ledger_memory, Bytes{100});
}

TEST_F(JobsLive, RefusesRecordsThatItCannotRead) {
  jobs = std::make_unique<Jobs>(options());
  for (const char* const key : {"job/a", "ledger/a/0", "gap/a", "session"}) {
    const auto restored = jobs->restore(key, "v=2\n");
    ASSERT_FALSE(restored) << key;
    EXPECT_NE(restored.error().what.find(key), std::string::npos);
  }
  EXPECT_FALSE(jobs->restore("ledger/a", "v=1\n"));
  EXPECT_TRUE(jobs->restore("position/x", "whatever")) << "not its own";
}

TEST_F(JobsLive, WritesNoJobRecordForEachEvent) {
  start();
  open();
  live({event_line("a", 1)});
  Batch batch = live_lines(session, now, std::vector{event_line("a", 2)});
  const Changes changes = jobs->decide(batch, now);
  for (const SideRecord& record : changes.records) {
    EXPECT_EQ(record.key, "session");
  }
  EXPECT_EQ(changes.ledger.at("a"), (std::vector<LedgerEntry>{{fingerprint(2), 1}}));
  commit(jobs->tick(now));
  EXPECT_TRUE(shows("a", "\"events\":2,"));
  EXPECT_TRUE(jobs->tick(now).empty()) << "nothing changed since";
}

TEST_F(JobsLive, LeavesWhatIsFilteredFiltered) {
  start();
  open();
  Batch batch = live_lines(session, now, std::vector{event_line("a", 1), event_line("a", 2)});
  batch.verdicts = {Verdict::filtered, Verdict::publish};
  const Changes changes = jobs->decide(batch, now);
  EXPECT_EQ(batch.verdicts, (std::vector{Verdict::filtered, Verdict::publish}));
  EXPECT_EQ(changes.ledger.at("a").size(), 2u) << "a replay is filtered, too";
}

TEST_F(JobsLive, CountsNothingMoreOfAJobThatIsNotCountedWhole) {
  start();
  open();
  live({event_line("a", 1)});
  state["job/a"] += "incomplete=1\n";
  restart();
  EXPECT_EQ(live({event_line("a", 2)}), (Numbers{2}));
  EXPECT_EQ(stored("ledger/a/"), 1u);
}

TEST_F(JobsLive, GivesUpMergingAJobThatTheLedgerHasNoRoomFor) {
  JobsOptions small = options();
  small.ledger_memory = 4_KiB;
  start(std::move(small));
  list({});
  open();
  Lines lines;
  for (std::uint64_t event = 1; event <= 2000; ++event) {
    lines.push_back(event_line("a", event));
  }
  EXPECT_EQ(live(lines).size(), 2000u) << "live events are published all the same";
  EXPECT_EQ(told(SourceEvent::ledger_full), (std::vector<std::string>{"job a"}));
  EXPECT_EQ(jobs->figures().incomplete_jobs, 1u);
  EXPECT_NE(state["job/a"].find("incomplete=1"), std::string::npos);
  close();
  open();
  list({});
  EXPECT_TRUE(gap_shows("\"state\":\"recovering\""));
  live({status_line("a", success_flags)});
  pass(61);
  tick();
  EXPECT_FALSE(ordered_replay()) << "it would publish some of them twice";
  EXPECT_TRUE(gap_shows("\"state\":\"unrecoverable\""));
  EXPECT_TRUE(gap_shows("job a: uncounted"));
  tick();
  EXPECT_EQ(stored("ledger/"), 0u);
  EXPECT_LT(jobs->figures().ledger_memory, Bytes{500});
  EXPECT_FALSE(jobs->replay_requested("a", true, now));
}

}  // namespace
}  // namespace penstock::jobs
