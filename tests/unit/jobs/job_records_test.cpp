#include "jobs/job_records.hpp"

#include <gtest/gtest.h>

#include "unit/jobs/batches.hpp"

namespace penstock::jobs {
namespace {

// With everything that there can be.
Job full_job() {
  Job job;
  job.state = JobState::revoked;
  job.flags = {.success = false, .started = true, .completed = {}, .revoked = true};
  job.requested_at = at_s(1);
  job.finished_at = at_s(2);
  job.seen_at = at_ms(3001);
  job.ended_at = at_s(4);
  job.events = 5;
  job.replays = 6;
  job.created = job.live = job.forced = job.held = job.predates = true;
  job.incomplete = job.dropped = job.settled = true;
  job.given_up = GivenUp::uncounted;
  job.over_at = at_s(7);
  job.settled_before = at_s(8);
  job.settled_by = "0123456789abcdef";
  return job;
}

Gap full_gap() {
  Gap gap;
  gap.id = "1-p-1";
  gap.started_at = at_s(1);
  gap.ended_at = at_s(2);
  gap.cause = DisconnectCause::stalled;
  gap.truncated_bytes = 3;
  gap.rate = {.events = 4, .time = Duration(5)};
  gap.state = GapState::recovering;
  gap.jobs = {"a", "b=c", "d/e"};
  gap.more_jobs = 6;
  gap.recovered_events = 7;
  gap.note = "then refused; x=y";
  gap.lost = true;
  gap.behind = SessionId{8};
  return gap;
}

TEST(JobRecords, ReadBackWhatTheyWrite) {
  const std::string written = encode(full_job());
  EXPECT_EQ(written,
            "v=1\nstate=revoked\nsuccess=false\nstarted=true\nrevoked=true\n"
            "requested_at=2023-11-14T22:13:21.000Z\nfinished_at=2023-11-14T22:13:22.000Z\n"
            "seen_at=2023-11-14T22:13:23.001Z\nended_at=2023-11-14T22:13:24.000Z\n"
            "events=5\nreplays=6\ncreated=1\nlive=1\nforced=1\nheld=1\npredates=1\nincomplete=1\n"
            "dropped=1\nsettled=1\nsettled_before=2023-11-14T22:13:28.000Z\n"
            "settled_by=0123456789abcdef\ngiven_up=uncounted\n"
            "over_at=2023-11-14T22:13:27.000Z\n");
  const auto read = decode_job(written);
  ASSERT_TRUE(read);
  EXPECT_EQ(encode(*read), written);
  const auto plain = decode_job(encode(Job{}));
  ASSERT_TRUE(plain);
  EXPECT_EQ(encode(*plain), "v=1\nstate=requested\nevents=0\nreplays=0\nreplayed=false\n");
}

TEST(JobRecords, SayOfAJobWhetherAReplayPublished) {
  Job job;
  EXPECT_FALSE(decode_job(encode(job))->replayed);
  job.replayed = true;
  EXPECT_TRUE(decode_job(encode(job))->replayed);
  EXPECT_TRUE(decode_job("v=1\nstate=started\n")->replayed) << "one that doesn't say: perhaps";
}

TEST(JobRecords, ReadBackGaps) {
  const std::string written = encode(full_gap());
  const auto read = decode_gap("1-p-1", written);
  ASSERT_TRUE(read);
  EXPECT_EQ(encode(*read), written);
  EXPECT_EQ(read->jobs, full_gap().jobs);
  EXPECT_EQ(read->note, full_gap().note);
  EXPECT_EQ(read->behind, SessionId{8});
  EXPECT_EQ(read->estimated_events(), full_gap().estimated_events());
}

TEST(JobRecords, ReadBackTheSession) {
  const SessionRecord session{.open = true,
                              .session = SessionId{3},
                              .received_at = at_ms(12),
                              .first_session = at_s(0),
                              .backlog = Backlog{at_s(1), at_s(2)},
                              .rate = {.events = 9, .time = Duration(60'000)},
                              .overflowed = true,
                              .uncounted = true,
                              .journal = "0123456789abcdef",
                              .host = "here"};
  const auto read = decode_session(encode(session));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, session);
  EXPECT_EQ(decode_session(encode(SessionRecord{})).value(), SessionRecord{});
}

TEST(JobRecords, SayWhenALedgerEnds) {
  Job job;
  EXPECT_FALSE(ends_ledger(encode(job)));
  job.incomplete = true;
  EXPECT_FALSE(ends_ledger(encode(job)));
  job.dropped = true;
  EXPECT_TRUE(ends_ledger(encode(job)));
  job = {};
  job.settled = true;
  EXPECT_TRUE(ends_ledger(encode(job)));
}

TEST(JobRecords, RefuseANewerVersion) {
  const auto job = decode_job("v=2\nstate=requested\n");
  ASSERT_FALSE(job);
  EXPECT_NE(job.error().what.find("run the newer penstock"), std::string::npos);
  EXPECT_FALSE(decode_gap("x", "v=2\nstarted_at=2023-11-14T22:13:21.000Z\n"));
  EXPECT_FALSE(decode_session("v=2\n"));
  EXPECT_FALSE(decode_job(""));
}

TEST(JobRecords, RefuseDamage) {
  for (const char* const damage : {"state=strange", "events=x", "events=18446744073709551616",
                                   "ended_at=yesterday", "success=1", "given_up=perhaps"}) {
    EXPECT_FALSE(decode_job(std::string("v=1\n") + damage + "\n")) << damage;
  }
  EXPECT_FALSE(decode_gap("x", "v=1\nstate=open\n")) << "when did it start?";
  EXPECT_FALSE(decode_gap("x", "v=1\nstarted_at=2023-11-14T22:13:21.000Z\ncause=magic\n"));
  EXPECT_FALSE(decode_gap("x", "v=1\nstarted_at=2023-11-14T22:13:21.000Z\nstate=recovering\n"))
      << "when did it end?";
  EXPECT_FALSE(decode_session("v=1\nrate_ms=18446744073709551615\n"));
}

TEST(JobRecords, PassOverNamesThatTheyDoNotKnow) {
  EXPECT_TRUE(decode_job("v=1\nstate=started\nlater=1\n"));
}

}  // namespace
}  // namespace penstock::jobs
