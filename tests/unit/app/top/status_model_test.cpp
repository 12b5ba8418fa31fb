#include "app/top/status_model.hpp"

#include <gtest/gtest.h>

#include "unit/app/top/example.hpp"

namespace penstock::app::top {
namespace {

using namespace std::chrono_literals;

TEST(StatusModel, HasWhatTheDocumentSaysOfTheDaemon) {
  const Status status = example_status();
  EXPECT_EQ(status.version, "0.1.0");
  EXPECT_EQ(status.host, "here");
  EXPECT_EQ(status.at - status.started_at, 1h);
  EXPECT_FALSE(status.ready);
  ASSERT_EQ(status.reasons.size(), 1u);
  EXPECT_EQ(status.reasons[0].reason, "kafka_away");
  EXPECT_EQ(status.reasons[0].source, "torrent");
  ASSERT_EQ(status.degraded.size(), 2u);
  EXPECT_EQ(status.degraded[1].detail, "line 3");
  ASSERT_EQ(status.events.size(), 2u);
  EXPECT_EQ(status.events[1].detail, "aborted");
  ASSERT_EQ(status.sources.size(), 2u);
}

TEST(StatusModel, HasWhatItSaysOfASource) {
  const Status status = example_status();
  const Source& source = status.sources[0];
  EXPECT_EQ(source.name, "stream");
  EXPECT_TRUE(source.connected);
  EXPECT_EQ(status.at - *source.connected_since, 45min);
  EXPECT_EQ(status.at - *source.last_event_at, 1s);
  EXPECT_EQ(source.events_per_second, 30);
  EXPECT_EQ(source.sessions, 3u);
  EXPECT_EQ(source.received_bytes, 4'000u);
  EXPECT_EQ(source.received_events, 17u);
  EXPECT_EQ(source.recovered_events, 2u);
  EXPECT_EQ(source.published_events, 14u);
  EXPECT_EQ(source.duplicate_events, 1u);
  EXPECT_EQ(source.filtered_events, 1u);
  EXPECT_EQ(source.journal_events, 1u);
  EXPECT_EQ(source.journal_bytes, 4'096u);
  EXPECT_EQ(source.journal_capacity_bytes, 8'192u);
  EXPECT_EQ(count_of(source.dead_letters, "too_large"), 1u);
  EXPECT_EQ(sum_of(source.dead_letters), 2u);
  EXPECT_EQ(count_of(source.gaps, "recovering"), 1u);
  EXPECT_EQ(count_of(source.jobs, "started"), 1u);
  EXPECT_EQ(count_of(source.replays, "clean"), 1u);
  EXPECT_EQ(source.rates, (std::vector<std::optional<double>>{20, 0, 30}));
  EXPECT_EQ(source.interval_seconds, 5);
  EXPECT_EQ(source.delay(), 1.5);  // the last that there is
}

TEST(StatusModel, HasTheLatestGapsJobsAndReplays) {
  const Status status = example_status();
  const Source& source = status.sources[0];
  ASSERT_EQ(source.latest_gaps.size(), 1u);
  const Gap& gap = source.latest_gaps[0];
  EXPECT_EQ(*gap.ended_at - *gap.started_at, 1min);
  EXPECT_EQ(gap.cause, "server_error");
  EXPECT_EQ(gap.state, "recovering");
  EXPECT_EQ(gap.estimated_events, 40u);
  EXPECT_EQ(gap.recovered_events, 2u);
  EXPECT_EQ(gap.jobs, 1u);
  ASSERT_EQ(source.latest_jobs.size(), 1u);
  EXPECT_EQ(source.latest_jobs[0].id, "a-1");
  EXPECT_EQ(source.latest_jobs[0].status, "started");
  EXPECT_EQ(source.latest_jobs[0].events, 17u);
  EXPECT_FALSE(source.latest_jobs[0].settled);
  ASSERT_EQ(source.running_replays.size(), 1u);
  EXPECT_EQ(source.running_replays[0].job, "a-1");
  EXPECT_EQ(source.running_replays[0].delivered_events, 5u);
}

TEST(StatusModel, TakesWhatIsMissingOrOfAnotherTypeAsUnknown) {
  for (const char* json :
       {R"({"sources":[{}]})",
        R"({"at":1,"started_at":null,"ready":"yes","version":[],"reasons":{},"degraded":[1],
            "latest_events":["x",null],"sources":[1,{"name":7,"connected":1,"history":[],
            "connected_since":"yesterday","sessions":-1,"dead_letters":[],"gaps":{"open":"1"},
            "latest_gaps":{},"latest_jobs":[[]],"running_replays":"no"}]})"}) {
    const auto status = parse_status(json);
    ASSERT_TRUE(status) << json;
    EXPECT_FALSE(status->ready);
    EXPECT_TRUE(status->reasons.empty() && status->degraded.empty() && status->events.empty());
    ASSERT_EQ(status->sources.size(), 1u);
    const Source& source = status->sources[0];
    EXPECT_EQ(source.name, "");
    EXPECT_FALSE(source.connected || source.connected_since || source.delay());
    EXPECT_EQ(source.sessions + sum_of(source.dead_letters) + sum_of(source.gaps), 0u);
  }
}

TEST(StatusModel, RefusesWhatIsNoState) {
  for (const char* json : {"", "<html>", "[]", "{}", R"({"sources":{}})", "{\"sources\":[]"}) {
    EXPECT_FALSE(parse_status(json)) << json;
  }
}

TEST(StatusModel, HasNothingThatATerminalWouldObey) {
  const auto status = parse_status(
      R"({"host":"\u001b[2J","sources":[{"name":"a\u009b1m\n","jobs":{"\u001b":1}}],
          "latest_events":[{"event":"\u0007","detail":"caf\u00e9"}]})");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->host, R"(\x1b[2J)");
  EXPECT_EQ(status->sources[0].name, R"(a\xc2\x9b1m\x0a)");
  EXPECT_EQ(status->sources[0].jobs[0].first, R"(\x1b)");
  EXPECT_EQ(status->events[0].event, R"(\x07)");
  EXPECT_EQ(status->events[0].detail, R"(caf\xc3\xa9)");
}

}  // namespace
}  // namespace penstock::app::top
