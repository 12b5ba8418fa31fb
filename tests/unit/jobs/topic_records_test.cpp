#include "jobs/topic_records.hpp"

#include <gtest/gtest.h>

#include "unit/jobs/batches.hpp"

namespace penstock::jobs {
namespace {

TEST(TopicRecords, ShowAJobAsTheContractSays) {
  Job job;
  job.state = JobState::started;
  job.flags = {.success = {}, .started = true, .completed = {}, .revoked = false};
  job.requested_at = at_s(1);
  job.events = 17;
  job.replays = 2;
  EXPECT_EQ(
      record_json(view_of("a\"b", job, at_ms(2500))),
      R"({"job_id":"a\"b","status":"started","success":null,"started":true,"completed":null,)"
      R"("revoked":false,"settled":false,"requested_at":"2023-11-14T22:13:21.000Z",)"
      R"("finished_at":null,"events":17,"replays":2,"updated_at":"2023-11-14T22:13:22.500Z"})");
}

TEST(TopicRecords, ShowTheEndThatWasSeenWhereTheApiHasNone) {
  Job job;
  job.ended_at = at_s(1);
  EXPECT_NE(
      record_json(view_of("a", job, at_s(2))).find(R"("finished_at":"2023-11-14T22:13:21.000Z")"),
      std::string::npos);
  job.finished_at = at_s(0);
  EXPECT_NE(
      record_json(view_of("a", job, at_s(2))).find(R"("finished_at":"2023-11-14T22:13:20.000Z")"),
      std::string::npos);
}

TEST(TopicRecords, ShowAGapAsTheContractSays) {
  Gap gap;
  gap.id = "1700000000000-p-1";
  gap.started_at = at_s(0);
  gap.cause = DisconnectCause::server_error;
  gap.truncated_bytes = 9;
  gap.jobs = {"a", "b"};
  gap.recovered_events = 3;
  gap.note = "then refused";
  gap.rate = {.events = 60, .time = Duration(60'000)};
  const SourceName stream("stream");
  EXPECT_EQ(gap_topic_key(stream, gap), "stream/1700000000000-p-1");
  EXPECT_EQ(record_json(view_of(stream, gap)),
            R"({"gap_id":"1700000000000-p-1","source":"stream",)"
            R"("started_at":"2023-11-14T22:13:20.000Z","ended_at":null,"cause":"server_error",)"
            R"("truncated_bytes":9,"estimated_events":null,"state":"open","jobs":["a","b"],)"
            R"("recovered_events":3,"note":"then refused"})");
  gap.ended_at = at_s(30);
  EXPECT_NE(record_json(view_of(stream, gap)).find(R"("estimated_events":30,)"), std::string::npos);
}

}  // namespace
}  // namespace penstock::jobs
