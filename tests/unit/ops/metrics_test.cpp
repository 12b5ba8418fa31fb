#include "penstock/ops/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::ops {
namespace {

using testing::HasSubstr;
using testing::Not;

class MetricsTest : public testing::Test {
 protected:
  MetricsTest() : metrics_("0.1.0") {
    metrics_.add_source(SourceName("firehose"), counters_, jobs_);
  }

  // The value of a sample as written, or "none".
  std::string value_of(const std::string& sample) const {
    const std::string text = "\n" + metrics_.text(health_);
    const std::size_t begin = text.find("\n" + sample + " ");
    if (begin == std::string::npos) {
      return "none";
    }
    const std::size_t value = begin + sample.size() + 2;
    return text.substr(value, text.find('\n', value) - value);
  }

  HealthSnapshot health_;
  SourceCounters counters_;
  JobCounters jobs_;
  Metrics metrics_;
};

TEST_F(MetricsTest, ExportsEveryValueOfASource) {
  counters_.received_bytes.add(1);
  counters_.sessions.add(2);
  counters_.connected.set(true);
  counters_.paused_ms.add(3'500);
  counters_.came(29, false);
  counters_.leave(18, {.published = 5, .duplicate = 6, .filtered = 7, .dead_letters = {}});
  counters_.truncated_bytes.add(8);
  counters_.last_event_ms.set(9'250);
  counters_.lag_seconds.set(10.5);
  counters_.journal_bytes.set(12);
  counters_.journal_capacity_bytes.set(13);
  counters_.transactions_committed.add(14);
  counters_.transactions_aborted.add(15);
  counters_.transactions_reinitialised.add(16);
  const std::string source = "{source=\"firehose\"}";
  EXPECT_EQ(value_of("penstock_received_bytes_total" + source), "1");
  EXPECT_EQ(value_of("penstock_sessions_total" + source), "2");
  EXPECT_EQ(value_of("penstock_source_connected" + source), "1");
  EXPECT_EQ(value_of("penstock_paused_seconds_total" + source), "3.5");
  EXPECT_EQ(value_of("penstock_received_events_total" + source), "29");
  EXPECT_EQ(value_of("penstock_published_events_total" + source), "5");
  EXPECT_EQ(value_of("penstock_duplicate_events_total" + source), "6");
  EXPECT_EQ(value_of("penstock_filtered_events_total" + source), "7");
  EXPECT_EQ(value_of("penstock_truncated_bytes_total" + source), "8");
  EXPECT_EQ(value_of("penstock_last_event_timestamp_seconds" + source), "9.25");
  EXPECT_EQ(value_of("penstock_source_lag_seconds" + source), "10.5");
  EXPECT_EQ(value_of("penstock_journal_events" + source), "11");
  EXPECT_EQ(value_of("penstock_journal_bytes" + source), "12");
  EXPECT_EQ(value_of("penstock_journal_capacity_bytes" + source), "13");
  const std::string transactions = "penstock_transactions_total{source=\"firehose\",result=";
  EXPECT_EQ(value_of(transactions + "\"committed\"}"), "14");
  EXPECT_EQ(value_of(transactions + "\"aborted\"}"), "15");
  EXPECT_EQ(value_of(transactions + "\"reinitialised\"}"), "16");
}

TEST_F(MetricsTest, ExportsEveryReasonAndCauseFromTheStart) {
  for (const char* reason : {"invalid_json", "not_an_object", "invalid_utf8", "too_deep",
                             "too_large", "rejected_by_broker"}) {
    EXPECT_EQ(value_of("penstock_dead_letters_total{source=\"firehose\",reason=\"" +
                       std::string(reason) + "\"}"),
              "0")
        << reason;
  }
  for (const char* cause : {"ended", "aborted", "stalled", "refused", "throttled", "server_error",
                            "unreachable", "paused"}) {
    EXPECT_EQ(value_of("penstock_disconnects_total{source=\"firehose\",cause=\"" +
                       std::string(cause) + "\"}"),
              "0")
        << cause;
  }
  EXPECT_EQ(value_of("penstock_disconnects_total{source=\"firehose\",cause=\"daemon_down\"}"),
            "none")
      << "no session ends for it";
}

TEST_F(MetricsTest, ExportsWhetherAllEventsAreAccountedFor) {
  const std::string name = "penstock_unaccounted_events{source=\"firehose\"}";
  counters_.came(10, false);
  counters_.came(5, true);
  counters_.leave(4, {.published = 3, .duplicate = 0, .filtered = 1, .dead_letters = {}});
  EXPECT_EQ(value_of(name), "0");
  EXPECT_EQ(value_of("penstock_journal_events{source=\"firehose\"}"), "11");
  counters_.leave(2, {.published = 1, .duplicate = 0, .filtered = 0, .dead_letters = {}});
  EXPECT_EQ(value_of(name), "1");
  counters_.leave(2, {.published = 5, .duplicate = 0, .filtered = 0, .dead_letters = {}});
  EXPECT_EQ(value_of(name), "-2");
}

TEST_F(MetricsTest, ExportsWhatTheKafkaClientTells) {
  counters_.kafka.queue_records.set(1);
  counters_.kafka.queue_bytes.set(2);
  counters_.kafka.brokers_up.set(3);
  counters_.kafka.round_trip_seconds.set(0.5);
  counters_.kafka.round_trip_p99_seconds.set(0.75);
  counters_.kafka.transaction_began_ms.set(4'500);
  counters_.kafka.requests.add(5);
  counters_.kafka.sent_bytes.add(6);
  counters_.kafka.retries.add(7);
  counters_.kafka.timeouts.add(8);
  const std::string source = "{source=\"firehose\"}";
  EXPECT_EQ(value_of("penstock_kafka_queue_records" + source), "1");
  EXPECT_EQ(value_of("penstock_kafka_queue_bytes" + source), "2");
  EXPECT_EQ(value_of("penstock_kafka_brokers_up" + source), "3");
  EXPECT_EQ(value_of("penstock_kafka_round_trip_seconds" + source), "0.5");
  EXPECT_EQ(value_of("penstock_kafka_round_trip_p99_seconds" + source), "0.75");
  EXPECT_EQ(value_of("penstock_kafka_transaction_began_timestamp_seconds" + source), "4.5");
  EXPECT_EQ(value_of("penstock_kafka_requests_total" + source), "5");
  EXPECT_EQ(value_of("penstock_kafka_sent_bytes_total" + source), "6");
  EXPECT_EQ(value_of("penstock_kafka_retries_total" + source), "7");
  EXPECT_EQ(value_of("penstock_kafka_timeouts_total" + source), "8");
}

TEST_F(MetricsTest, ExportsTheOneStateThatATransactionIsIn) {
  const auto state = [&](const std::string& word) {
    return value_of("penstock_kafka_transaction_state{source=\"firehose\",state=\"" + word + "\"}");
  };
  for (const char* word : {"starting", "idle", "open", "committing", "aborting", "failed"}) {
    EXPECT_EQ(state(word), "0") << "there is no producer";
  }
  counters_.kafka.transaction.set(KafkaTransaction::committing);
  EXPECT_EQ(state("committing"), "1");
  EXPECT_EQ(state("open"), "0");
}

TEST_F(MetricsTest, ExportsWhatReadyzSays) {
  EXPECT_EQ(value_of("penstock_ready"), "1");
  for (const std::string_view reason : not_ready_reasons) {
    EXPECT_EQ(value_of("penstock_not_ready{reason=\"" + std::string(reason) + "\"}"), "0");
  }
  for (const std::string_view reason : degraded_reasons) {
    EXPECT_EQ(value_of("penstock_degraded{reason=\"" + std::string(reason) + "\"}"), "0");
  }
  health_.sources.resize(2);
  health_.sources[0].connected = true;
  health_.sources[0].kafka_refused = health_.sources[1].kafka_refused = true;
  health_.sources[1].journal_full = true;
  EXPECT_EQ(value_of("penstock_ready"), "0");
  EXPECT_EQ(value_of("penstock_not_ready{reason=\"journal_full\"}"), "1");
  EXPECT_EQ(value_of("penstock_not_ready{reason=\"kafka_away\"}"), "0");
  EXPECT_EQ(value_of("penstock_degraded{reason=\"kafka_refused\"}"), "2");
  EXPECT_EQ(value_of("penstock_degraded{reason=\"disconnected\"}"), "1");
}

TEST_F(MetricsTest, CountsTheRightReasonAndCause) {
  counters_.dead_letters[static_cast<std::size_t>(DeadLetterReason::too_deep)].add(3);
  counters_.disconnects[static_cast<std::size_t>(DisconnectCause::throttled)].add(4);
  EXPECT_EQ(value_of("penstock_dead_letters_total{source=\"firehose\",reason=\"too_deep\"}"), "3");
  EXPECT_EQ(value_of("penstock_disconnects_total{source=\"firehose\",cause=\"throttled\"}"), "4");
}

TEST_F(MetricsTest, ExportsEveryValueOfGapsJobsAndReplays) {
  jobs_.gap_seconds.set(1.5);
  jobs_.replay_events.set(2);
  jobs_.late_events.set(3);
  jobs_.ledger_bytes.set(4);
  jobs_.ledger_capacity_bytes.set(5);
  jobs_.uncounted_jobs.set(6);
  jobs_.held_jobs.set(7);
  jobs_.given_up_jobs.set(8);
  jobs_.refused_jobs.set(9);
  jobs_.ignored_job_ids.set(10);
  jobs_.replay_dead_letters.set(11);
  const std::string source = "{source=\"firehose\"}";
  EXPECT_EQ(value_of("penstock_gap_seconds_total" + source), "1.5");
  EXPECT_EQ(value_of("penstock_replay_events_total" + source), "2");
  EXPECT_EQ(value_of("penstock_late_events_total" + source), "3");
  EXPECT_EQ(value_of("penstock_ledger_bytes" + source), "4");
  EXPECT_EQ(value_of("penstock_ledger_capacity_bytes" + source), "5");
  EXPECT_EQ(value_of("penstock_uncounted_jobs" + source), "6");
  EXPECT_EQ(value_of("penstock_held_jobs" + source), "7");
  EXPECT_EQ(value_of("penstock_given_up_jobs" + source), "8");
  EXPECT_EQ(value_of("penstock_refused_jobs_total" + source), "9");
  EXPECT_EQ(value_of("penstock_ignored_job_ids_total" + source), "10");
  EXPECT_EQ(value_of("penstock_replay_dead_letters_total" + source), "11");
}

TEST_F(MetricsTest, ExportsEveryWordOfGapsJobsAndReplays) {
  const auto check = [&](const std::string& name, auto& gauges,
                         const std::vector<std::string>& words) {
    ASSERT_EQ(gauges.size(), words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string sample = name + "=\"" + words[i] + "\"}";
      EXPECT_EQ(value_of(sample), "0") << sample;
      gauges[i].set(i + 1);
      EXPECT_EQ(value_of(sample), std::to_string(i + 1)) << sample;
    }
  };
  check("penstock_gaps{source=\"firehose\",state", jobs_.gaps,
        {"open", "recovering", "recovered", "unrecoverable"});
  check("penstock_replays_total{source=\"firehose\",result", jobs_.replays,
        {"clean", "broken", "gone", "held"});
  check("penstock_jobs{source=\"firehose\",status", jobs_.jobs,
        {"requested", "started", "success", "failed", "revoked"});
}

TEST_F(MetricsTest, CumulatesTheBucketsOfTheHistogram) {
  counters_.publish_latency.observe(0.1, 2);  // on a bound: belongs below it
  counters_.publish_latency.observe(0.25, 1);
  counters_.publish_latency.observe(1000, 1);
  const std::string bucket = "penstock_publish_latency_seconds_bucket{source=\"firehose\",le=";
  EXPECT_EQ(value_of(bucket + "\"0.05\"}"), "0");
  EXPECT_EQ(value_of(bucket + "\"0.1\"}"), "2");
  EXPECT_EQ(value_of(bucket + "\"0.3\"}"), "3");
  EXPECT_EQ(value_of(bucket + "\"600\"}"), "3");
  EXPECT_EQ(value_of(bucket + "\"+Inf\"}"), "4");
  EXPECT_EQ(value_of("penstock_publish_latency_seconds_count{source=\"firehose\"}"), "4");
  EXPECT_EQ(value_of("penstock_publish_latency_seconds_sum{source=\"firehose\"}"), "1000.45");
}

TEST_F(MetricsTest, WritesTheMetadataOfAFamilyOnceForAllSources) {
  SourceCounters other;
  JobCounters others_jobs;
  metrics_.add_source(SourceName("torrent"), other, others_jobs);
  other.sessions.add(7);
  const std::string text = metrics_.text(health_);
  const std::string type = "# TYPE penstock_sessions_total counter\n";
  const std::size_t first = text.find(type);
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find(type, first + 1), std::string::npos);
  EXPECT_THAT(text, HasSubstr(type + "penstock_sessions_total{source=\"firehose\"} 0\n"
                                     "penstock_sessions_total{source=\"torrent\"} 7\n"));
}

TEST_F(MetricsTest, ShowsTheVersionAndTheProcess) {
  EXPECT_EQ(value_of("penstock_build_info{version=\"0.1.0\"}"), "1");
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                           "process_open_fds", "process_max_fds", "process_threads",
                           "process_start_time_seconds", "penstock_allocated_bytes"}) {
    EXPECT_NE(value_of(name), "none") << name;
  }
}

TEST_F(MetricsTest, ShowsWhatBecameOfTheLastReload) {
  const std::string name = "penstock_config_last_reload_successful";
  EXPECT_EQ(value_of(name), "1");
  metrics_.config_rejected();
  EXPECT_EQ(value_of(name), "0");
  metrics_.config_loaded(WallTime(Duration{1'500}));
  EXPECT_EQ(value_of(name), "1");
  EXPECT_EQ(value_of("penstock_config_last_reload_success_timestamp_seconds"), "1.5");
}

TEST_F(MetricsTest, ForgetsASourceThatIsRemoved) {
  SourceCounters other;
  JobCounters others_jobs;
  metrics_.add_source(SourceName("torrent"), other, others_jobs);
  metrics_.remove_source(SourceName("firehose"));
  const std::string text = metrics_.text(health_);
  EXPECT_EQ(text.find("firehose"), std::string::npos);
  EXPECT_THAT(text, HasSubstr("penstock_sessions_total{source=\"torrent\"} 0\n"));
}

TEST_F(MetricsTest, SpeaksOpenMetricsWhenAsked) {
  const std::string text = metrics_.open_metrics(health_);
  EXPECT_THAT(text, HasSubstr("# TYPE penstock_received_bytes counter\n"
                              "# UNIT penstock_received_bytes bytes\n"
                              "penstock_received_bytes_total{source=\"firehose\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE penstock_publish_latency_seconds histogram\n"));
  EXPECT_THAT(text, Not(HasSubstr("_total counter\n")));
  EXPECT_TRUE(text.ends_with("\n# EOF\n"));
}

}  // namespace
}  // namespace penstock::ops
