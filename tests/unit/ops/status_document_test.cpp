#include "penstock/ops/status_document.hpp"

#include <gtest/gtest.h>

#include "unit/ops/status_example.hpp"

namespace penstock::ops {
namespace {

using namespace std::chrono_literals;

TEST(StatusDocument, ShowsADaemonThatHasJustStarted) {
  StatusSnapshot snapshot;
  snapshot.version = "0.1.0";
  snapshot.host = "here";
  snapshot.instance = "0123456789abcdef";
  snapshot.started_at = *parse_rfc3339("2026-11-23T20:15:30.250Z");
  snapshot.now = snapshot.started_at + 1s;
  snapshot.health.starting = true;
  EXPECT_EQ(status_document(snapshot),
            R"({"version":"0.1.0","host":"here","instance":"0123456789abcdef",)"
            R"("started_at":"2026-11-23T20:15:30.250Z","at":"2026-11-23T20:15:31.250Z",)"
            R"("ready":false,"reasons":[{"reason":"starting"}],"degraded":[],)"
            R"("sources":[],"latest_events":[]})");
}

TEST(StatusDocument, ShowsEverythingOfASource) {
  StatusSnapshot snapshot = example_status();
  snapshot.sources.resize(1);
  EXPECT_EQ(
      status_document(snapshot),
      R"({"version":"0.1.0","host":"here","instance":"0123456789abcdef",)"
      R"("started_at":"2026-11-23T20:00:00.000Z","at":"2026-11-23T21:00:00.000Z","ready":false,)"
      R"("reasons":[{"reason":"kafka_away","source":"torrent"}],)"
      R"("degraded":[{"reason":"disconnected","source":"torrent"}],"sources":[)"
      R"({"name":"stream","connected":true,"connected_since":"2026-11-23T20:15:00.000Z",)"
      R"("last_event_at":"2026-11-23T20:59:59.000Z","events_per_second":30,"sessions":3,)"
      R"("received_bytes":4000,"received_events":17,"recovered_events":2,"published_events":15,)"
      R"("duplicate_events":1,"filtered_events":1,"dead_letters":{"invalid_json":1,)"
      R"("not_an_object":0,"invalid_utf8":0,"too_deep":0,"too_large":0,"rejected_by_broker":0},)"
      R"("journal_events":1,"journal_bytes":4096,"journal_capacity_bytes":8192,)"
      R"("gaps":{"open":0,"recovering":1,"recovered":0,"unrecoverable":0},)"
      R"("jobs":{"requested":0,"started":1,"success":0,"failed":0,"revoked":0},)"
      R"("replays":{"clean":1,"broken":0,"gone":0,"held":0},)"
      R"("running_replays":[{"job_id":"a<b>","started_at":"2026-11-23T20:58:00.000Z",)"
      R"("delivered_events":5,"published_events":2}],)"
      R"("latest_gaps":[{"gap_id":"1-p-1","source":"stream",)"
      R"("started_at":"2026-11-23T20:14:00.000Z","ended_at":"2026-11-23T20:15:00.000Z",)"
      R"("cause":"aborted","truncated_bytes":9,"estimated_events":40,"state":"recovering",)"
      R"("jobs":["a<b>"],"recovered_events":2,"note":""}],)"
      R"("latest_jobs":[{"job_id":"a<b>","status":"started","success":null,"started":true,)"
      R"("completed":null,"revoked":null,"settled":false,)"
      R"("requested_at":"2026-11-23T20:10:00.000Z","finished_at":null,"events":17,"replays":1,)"
      R"("updated_at":"2026-11-23T20:59:00.000Z"}],)"
      R"("history":{"interval_seconds":5,"events_per_second":[20,0,30],)"
      R"("lag_seconds":[0.5,null,1.5]}}],)"
      R"("latest_events":[{"at":"2026-11-23T20:14:00.000Z","source":"stream",)"
      R"("event":"disconnected","detail":"aborted <i>"}]})");
}

TEST(StatusDocument, ReadsASourceFromItsCounters) {
  SourceCounters counters;
  counters.sessions.add(2);
  counters.received_bytes.add(9);
  counters.came(16, false);
  counters.came(3, true);
  EventTally left{.published = 6, .duplicate = 4, .filtered = 5};
  left.dead_letters[0] = 1;
  left.dead_letters[5] = 2;
  counters.leave(18, left);
  counters.journal_bytes.set(300);
  counters.journal_capacity_bytes.set(400);
  counters.last_event_ms.set(1'500);
  JobCounters jobs;
  jobs.gaps[3].set(7);
  jobs.replays[1].set(8);
  jobs.jobs[4].set(9);
  const SourceStatus status = source_status(SourceName("stream"), counters, jobs);
  EXPECT_EQ(status.name, "stream");
  EXPECT_EQ(status.sessions, 2u);
  EXPECT_EQ(status.received_bytes, 9u);
  EXPECT_EQ(status.received_events, 16u);
  EXPECT_EQ(status.recovered_events, 3u);
  EXPECT_EQ(status.published_events, 6u);
  EXPECT_EQ(status.duplicate_events, 4u);
  EXPECT_EQ(status.filtered_events, 5u);
  EXPECT_EQ(status.dead_letters[5], 2u);
  EXPECT_EQ(status.dead_letters_of_all_reasons(), 3u);
  EXPECT_EQ(status.journal_events, 1u);
  EXPECT_EQ(status.journal_bytes, 300u);
  EXPECT_EQ(status.journal_capacity_bytes, 400u);
  EXPECT_EQ(status.last_event_at, WallTime(1'500ms));
  EXPECT_EQ(status.gaps[3], 7u);
  EXPECT_EQ(status.replays[1], 8u);
  EXPECT_EQ(status.jobs[4], 9u);
}

TEST(StatusDocument, HasNoLastEventBeforeTheFirst) {
  EXPECT_EQ(source_status(SourceName("stream"), SourceCounters{}, JobCounters{}).last_event_at,
            std::nullopt);
}

}  // namespace
}  // namespace penstock::ops
