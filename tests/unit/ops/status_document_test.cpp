#include "penstock/ops/status_document.hpp"

#include <gtest/gtest.h>

namespace penstock::ops {
namespace {

using namespace std::chrono_literals;

TEST(StatusDocument, ShowsEverySource) {
  StatusSnapshot snapshot;
  snapshot.version = "0.1.0";
  snapshot.started_at = *parse_rfc3339("2026-11-23T20:15:30.250Z");
  SourceStatus running;
  running.name = "firehose";
  running.connected = true;
  running.sessions = 3;
  running.received_events = 17;
  running.published_events = 15;
  running.dead_letters = 1;
  running.journal_events = 1;
  running.journal_bytes = 4096;
  running.journal_capacity_bytes = 8192;
  running.last_event_at = snapshot.started_at + 31'870ms;
  SourceStatus silent;
  silent.name = "torrent";
  snapshot.sources = {running, silent};
  EXPECT_EQ(status_document(snapshot),
            R"({"version":"0.1.0","started_at":"2026-11-23T20:15:30.250Z","sources":[)"
            R"({"name":"firehose","connected":true,"sessions":3,"received_events":17,)"
            R"("published_events":15,"dead_letters":1,"journal_events":1,"journal_bytes":4096,)"
            R"("journal_capacity_bytes":8192,"last_event_at":"2026-11-23T20:16:02.120Z"},)"
            R"({"name":"torrent","connected":false,"sessions":0,"received_events":0,)"
            R"("published_events":0,"dead_letters":0,"journal_events":0,"journal_bytes":0,)"
            R"("journal_capacity_bytes":0,"last_event_at":null}]})");
}

TEST(StatusDocument, ReadsASourceFromItsCounters) {
  SourceCounters counters;
  counters.connected.set(true);
  counters.sessions.add(2);
  counters.received_events.add(10);
  counters.published_events.add(6);
  counters.dead_letters[0].add(1);
  counters.dead_letters[5].add(2);
  counters.left_events.add(9);
  counters.journal_bytes.set(300);
  counters.journal_capacity_bytes.set(400);
  counters.last_event_ms.set(1'500);
  const SourceStatus status = source_status(SourceName("stream"), counters);
  EXPECT_EQ(status.name, "stream");
  EXPECT_TRUE(status.connected);
  EXPECT_EQ(status.sessions, 2u);
  EXPECT_EQ(status.received_events, 10u);
  EXPECT_EQ(status.published_events, 6u);
  EXPECT_EQ(status.dead_letters, 3u);
  EXPECT_EQ(status.journal_events, 1u);
  EXPECT_EQ(status.journal_bytes, 300u);
  EXPECT_EQ(status.journal_capacity_bytes, 400u);
  EXPECT_EQ(status.last_event_at, WallTime(1'500ms));
}

TEST(StatusDocument, HasNoLastEventBeforeTheFirst) {
  EXPECT_EQ(source_status(SourceName("stream"), SourceCounters{}).last_event_at, std::nullopt);
}

}  // namespace
}  // namespace penstock::ops
