#include "penstock/ops/health.hpp"

#include <gtest/gtest.h>

#include <set>

namespace penstock::ops {
namespace {

using namespace std::chrono_literals;

SourceHealth healthy(std::string name) {
  SourceHealth source;
  source.source = std::move(name);
  source.connected = true;
  return source;
}

TEST(Readiness, IsGivenWhileEventsFlow) {
  HealthSnapshot snapshot;
  snapshot.sources = {healthy("firehose"), healthy("torrent")};
  EXPECT_EQ(readiness(snapshot),
            (HealthAnswer{200, R"({"ready":true,"reasons":[],"degraded":[]})"}));
}

TEST(Readiness, IsRefusedWhileStarting) {
  HealthSnapshot snapshot;
  snapshot.starting = true;
  EXPECT_EQ(
      readiness(snapshot),
      (HealthAnswer{503, R"({"ready":false,"reasons":[{"reason":"starting"}],"degraded":[]})"}));
}

TEST(Readiness, SaysWhatAStartWaitsFor) {
  HealthSnapshot snapshot;
  snapshot.starting = true;
  snapshot.sources = {healthy("firehose"), healthy("torrent")};
  snapshot.sources[1].kafka_error = "p.torrent: Broker: Unknown topic or partition";
  EXPECT_EQ(readiness(snapshot).body,
            R"({"ready":false,"reasons":[{"reason":"starting",)"
            R"("detail":"p.torrent: Broker: Unknown topic or partition"}],"degraded":[]})");
}

TEST(Readiness, IsRefusedWhileDraining) {
  HealthSnapshot snapshot;
  snapshot.draining = true;
  EXPECT_EQ(
      readiness(snapshot),
      (HealthAnswer{503, R"({"ready":false,"reasons":[{"reason":"draining"}],"degraded":[]})"}));
}

TEST(Readiness, NamesTheSourceWhoseJournalIsFull) {
  HealthSnapshot snapshot;
  snapshot.sources = {healthy("firehose"), healthy("torrent")};
  snapshot.sources[1].journal_full = true;
  EXPECT_EQ(
      readiness(snapshot),
      (HealthAnswer{
          503,
          R"({"ready":false,"reasons":[{"reason":"journal_full","source":"torrent"}],"degraded":[]})"}));
}

TEST(Readiness, OutlivesSixtySecondsWithoutKafkaAndNoMore) {
  HealthSnapshot snapshot;
  snapshot.sources = {healthy("firehose")};
  snapshot.sources[0].kafka_away = 60s;
  EXPECT_EQ(readiness(snapshot).status, 200);
  snapshot.sources[0].kafka_away = 60s + 1ms;
  EXPECT_EQ(
      readiness(snapshot),
      (HealthAnswer{
          503,
          R"({"ready":false,"reasons":[{"reason":"kafka_away","source":"firehose"}],"degraded":[]})"}));
}

TEST(Readiness, GivesAllReasonsAtOnce) {
  HealthSnapshot snapshot;
  snapshot.draining = true;
  snapshot.sources = {healthy("firehose")};
  snapshot.sources[0].journal_full = true;
  snapshot.sources[0].kafka_away = 2min;
  EXPECT_EQ(readiness(snapshot).body,
            R"({"ready":false,"reasons":[{"reason":"draining"},)"
            R"({"reason":"journal_full","source":"firehose"},)"
            R"({"reason":"kafka_away","source":"firehose"}],"degraded":[]})");
}

TEST(Readiness, KeepsToDegradedWhatStopsOneSourceOnly) {
  HealthSnapshot snapshot;
  snapshot.sources = {healthy("a"), healthy("b"), healthy("c"), healthy("d")};
  snapshot.sources[0].connected = false;
  snapshot.sources[1].connected = false;
  snapshot.sources[1].refused = true;
  snapshot.sources[2].connected = false;
  snapshot.sources[2].taken_over = true;
  snapshot.sources[3].publishing_held = true;
  EXPECT_EQ(readiness(snapshot),
            (HealthAnswer{200, R"({"ready":true,"reasons":[],"degraded":[)"
                               R"({"reason":"disconnected","source":"a"},)"
                               R"({"reason":"refused","source":"b"},)"
                               R"({"reason":"taken_over","source":"c"},)"
                               R"({"reason":"publishing_held","source":"d"}]})"}));
}

TEST(Readiness, SaysAtOnceThatKafkaRefusesAndWhy) {
  HealthSnapshot snapshot;
  snapshot.starting = true;
  snapshot.sources = {healthy("firehose")};
  snapshot.sources[0].kafka_away = 1s;
  snapshot.sources[0].kafka_refused = true;
  snapshot.sources[0].kafka_error = "wrong password";
  const std::string at_once =
      R"("degraded":[{"reason":"kafka_refused","source":"firehose","detail":"wrong password"}]})";
  EXPECT_EQ(readiness(snapshot),
            (HealthAnswer{503, R"({"ready":false,"reasons":[{"reason":"starting",)"
                               R"("detail":"wrong password"}],)" +
                                   at_once}));
  snapshot.starting = false;
  EXPECT_EQ(readiness(snapshot), (HealthAnswer{200, R"({"ready":true,"reasons":[],)" + at_once}));
}

TEST(Readiness, SaysWhyKafkaIsAway) {
  HealthSnapshot snapshot;
  snapshot.sources = {healthy("firehose")};
  snapshot.sources[0].kafka_away = 2min;
  snapshot.sources[0].kafka_error = "a \"quoted\" text";
  EXPECT_EQ(
      readiness(snapshot),
      (HealthAnswer{503, R"({"ready":false,"reasons":[{"reason":"kafka_away","source":"firehose",)"
                         R"("detail":"a \"quoted\" text"}],"degraded":[]})"}));
}

TEST(Readiness, HasNoWordThatIsNotListed) {
  HealthSnapshot snapshot{.starting = true,
                          .draining = true,
                          .reload_rejected = "wrong",
                          .restart_needed = "key",
                          .sources = {}};
  for (int i = 0; i < 4; ++i) {
    SourceHealth& source = snapshot.sources.emplace_back();
    source.taken_over = i == 0;
    source.refused = i == 1;
    source.removed = i == 3;
    source.publishing_held = source.journal_full = source.kafka_refused = true;
    source.kafka_away = 2min;
  }
  const auto words = [](const std::vector<HealthFinding>& findings) {
    std::set<std::string_view> all;
    for (const HealthFinding& finding : findings) {
      all.insert(finding.reason);
    }
    return all;
  };
  EXPECT_EQ(words(not_ready(snapshot)),
            std::set(not_ready_reasons.begin(), not_ready_reasons.end()));
  EXPECT_EQ(words(degraded(snapshot)), std::set(degraded_reasons.begin(), degraded_reasons.end()));
}

TEST(Readiness, KeepsToDegradedWhatAReloadDidNotApply) {
  HealthSnapshot snapshot;
  snapshot.sources = {healthy("firehose"), healthy("torrent")};
  snapshot.sources[1].connected = false;
  snapshot.sources[1].removed = true;
  snapshot.reload_rejected = "penstock.yaml:3:5: unknown key";
  snapshot.restart_needed = "kafka.brokers";
  EXPECT_EQ(readiness(snapshot),
            (HealthAnswer{
                200, R"({"ready":true,"reasons":[],"degraded":[)"
                     R"({"reason":"reload_rejected","detail":"penstock.yaml:3:5: unknown key"},)"
                     R"({"reason":"restart_needed","detail":"kafka.brokers"},)"
                     R"({"reason":"removed","source":"torrent"}]})"}));
}

// What it holds goes out as soon as Kafka takes it, perhaps never: the others are ready.
TEST(Readiness, DoesNotDependOnARemovedSource) {
  HealthSnapshot snapshot;
  snapshot.sources = {healthy("firehose"), healthy("torrent")};
  SourceHealth& removed = snapshot.sources[1];
  removed.removed = removed.journal_full = true;
  removed.kafka_away = 2min;
  removed.kafka_error = "too large";
  EXPECT_EQ(
      readiness(snapshot),
      (HealthAnswer{200, R"({"ready":true,"reasons":[],"degraded":[)"
                         R"({"reason":"removed","source":"torrent","detail":"too large"}]})"}));
}

TEST(Liveness, IsGivenUpToThirtySeconds) {
  EXPECT_EQ(liveness({{"io", 0ms}, {"publisher firehose", 30s}}),
            (HealthAnswer{200, R"({"alive":true,"stuck":[]})"}));
}

TEST(Stuck, AreTheLoopsOfOldHeartbeats) {
  EXPECT_TRUE(stuck({{"io", 30s}}).empty());
  const auto found = stuck({{"io", 0ms}, {"worker 1", 30'001ms}, {"publisher a", 1h}});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].loop, "worker 1");
  EXPECT_EQ(found[1].loop, "publisher a");
}

TEST(Liveness, NamesTheLoopThatIsStuck) {
  EXPECT_EQ(liveness({{"io", 10ms}, {"publisher firehose", 31'500ms}}),
            (HealthAnswer{
                503, R"({"alive":false,"stuck":[{"loop":"publisher firehose","seconds":31}]})"}));
}

}  // namespace
}  // namespace penstock::ops
