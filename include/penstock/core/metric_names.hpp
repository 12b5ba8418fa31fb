// What is exported on /metrics: names, kinds, units and help texts. Names are part of the contract.
//
// What is counted per source has the label `source`; further labels stand beside the metric.
#pragma once

#include <cstdint>
#include <string_view>

namespace penstock {

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

struct Metric {
  std::string_view name;
  MetricKind kind;
  std::string_view unit;  // the name's last part (before `_total`), or empty: a plain number
  std::string_view help;
};

namespace metric_names {

// the remote's side
inline constexpr Metric received_bytes{"penstock_received_bytes_total", MetricKind::counter,
                                       "bytes", "Bytes of response bodies received."};
inline constexpr Metric sessions{"penstock_sessions_total", MetricKind::counter, "",
                                 "Sessions opened, counted at the response header."};
inline constexpr Metric disconnects{"penstock_disconnects_total", MetricKind::counter, "",
                                    "Ends of sessions and failed attempts, by cause."};  // cause
inline constexpr Metric source_connected{"penstock_source_connected", MetricKind::gauge, "",
                                         "1 while a session of the source is open."};
inline constexpr Metric paused_seconds{"penstock_paused_seconds_total", MetricKind::counter,
                                       "seconds",
                                       "Time in which reading stood still for a full journal."};

// events; received + recovered = published + duplicate + filtered + dead letters + in the journal,
// in every scrape
inline constexpr Metric received_events{"penstock_received_events_total", MetricKind::counter,
                                        "events", "Lines received that are not blank."};
inline constexpr Metric recovered_events{"penstock_recovered_events_total", MetricKind::counter,
                                         "events", "Lines that were in the journal at the start."};
inline constexpr Metric published_events{"penstock_published_events_total", MetricKind::counter,
                                         "events", "Events committed to Kafka."};
inline constexpr Metric duplicate_events{"penstock_duplicate_events_total", MetricKind::counter,
                                         "events",
                                         "Events left out because they were published before."};
inline constexpr Metric filtered_events{"penstock_filtered_events_total", MetricKind::counter,
                                        "events", "Events left out by the source's filter."};
inline constexpr Metric dead_letters{"penstock_dead_letters_total", MetricKind::counter, "",
                                     "Lines that are no valid event, by reason."};  // reason
inline constexpr Metric unaccounted_events{
    "penstock_unaccounted_events", MetricKind::gauge, "events",
    "Received and recovered events less those that left and those in the journal: 0, or a defect."};
inline constexpr Metric truncated_bytes{"penstock_truncated_bytes_total", MetricKind::counter,
                                        "bytes",
                                        "Bytes dropped of lines that a session's end cut off."};
inline constexpr Metric last_event_timestamp{"penstock_last_event_timestamp_seconds",
                                             MetricKind::gauge, "seconds",
                                             "Receipt of the last event, 0 before the first."};
inline constexpr Metric source_lag{"penstock_source_lag_seconds", MetricKind::gauge, "seconds",
                                   "Time from the event's own time to its receipt, last event."};

// Kafka's side
inline constexpr Metric publish_latency{"penstock_publish_latency_seconds", MetricKind::histogram,
                                        "seconds", "Time from an event's receipt to its commit."};
inline constexpr Metric transactions{"penstock_transactions_total", MetricKind::counter, "",
                                     "Ends of transactions, by result."};  // result
inline constexpr Metric kafka_queue_records{
    "penstock_kafka_queue_records", MetricKind::gauge, "records",
    "Records that wait in the Kafka client, or for a broker's answer."};
inline constexpr Metric kafka_queue_bytes{"penstock_kafka_queue_bytes", MetricKind::gauge, "bytes",
                                          "Bytes of those records."};
inline constexpr Metric kafka_brokers_up{"penstock_kafka_brokers_up", MetricKind::gauge, "",
                                         "Brokers that the source's producer is connected to."};
inline constexpr Metric kafka_round_trip{
    "penstock_kafka_round_trip_seconds", MetricKind::gauge, "seconds",
    "Mean time from a request to a broker's answer in the last 5 s, 0 if there was none."};
inline constexpr Metric kafka_round_trip_p99{
    "penstock_kafka_round_trip_p99_seconds", MetricKind::gauge, "seconds",
    "The same time's 99th percentile, of the broker where it is longest."};
inline constexpr Metric kafka_transaction_state{
    "penstock_kafka_transaction_state", MetricKind::gauge, "",
    "1 for what the producer was doing at the last look, every 5 s; 0 for the rest."};  // state
inline constexpr Metric kafka_transaction_began{
    "penstock_kafka_transaction_began_timestamp_seconds", MetricKind::gauge, "seconds",
    "Begin of the transaction that is open, 0 while none is."};
inline constexpr Metric kafka_requests{"penstock_kafka_requests_total", MetricKind::counter, "",
                                       "Requests sent to brokers."};
inline constexpr Metric kafka_sent_bytes{"penstock_kafka_sent_bytes_total", MetricKind::counter,
                                         "bytes", "Bytes sent to brokers."};
inline constexpr Metric kafka_retries{"penstock_kafka_retries_total", MetricKind::counter, "",
                                      "Requests that were sent to a broker once more."};
inline constexpr Metric kafka_timeouts{"penstock_kafka_timeouts_total", MetricKind::counter, "",
                                       "Requests that no broker answered in time."};

// gaps, jobs and replays
inline constexpr Metric gaps{"penstock_gaps", MetricKind::gauge, "",
                             "Gaps of this run and those found open at its start, by state."};
inline constexpr Metric gap_seconds{
    "penstock_gap_seconds_total", MetricKind::counter, "seconds",
    "Time in which the source was not connected, gaps that last included."};
inline constexpr Metric jobs{"penstock_jobs", MetricKind::gauge, "",
                             "Jobs that are known, by status."};
inline constexpr Metric replays{"penstock_replays_total", MetricKind::counter, "",
                                "Runs of replays that are over, by result."};
inline constexpr Metric replay_events{"penstock_replay_events_total", MetricKind::counter, "events",
                                      "Events that replays delivered."};
inline constexpr Metric late_events{"penstock_late_events_total", MetricKind::counter, "events",
                                    "Live events of jobs that were settled before."};
inline constexpr Metric ledger_bytes{"penstock_ledger_bytes", MetricKind::gauge, "bytes",
                                     "Memory of the ledger of published events."};
inline constexpr Metric ledger_capacity{"penstock_ledger_capacity_bytes", MetricKind::gauge,
                                        "bytes", "Memory that the ledger may take."};
inline constexpr Metric uncounted_jobs{
    "penstock_uncounted_jobs", MetricKind::gauge, "",
    "Jobs of which not all events were counted: their replays can't be merged."};
inline constexpr Metric held_jobs{
    "penstock_held_jobs", MetricKind::gauge, "",
    "Jobs whose replay doesn't match what was published: an operator decides."};
inline constexpr Metric given_up_jobs{
    "penstock_given_up_jobs", MetricKind::gauge, "",
    "Jobs that aren't settled and are no more replayed unless somebody asks."};
inline constexpr Metric refused_jobs{
    "penstock_refused_jobs_total", MetricKind::counter, "",
    "Events and tasks whose jobs were not taken on: too many are known already."};
inline constexpr Metric ignored_job_ids{
    "penstock_ignored_job_ids_total", MetricKind::counter, "",
    "Job ids that were no 1 to 200 printable ASCII characters."};
inline constexpr Metric replay_dead_letters{
    "penstock_replay_dead_letters_total", MetricKind::counter, "",
    "Lines of replays that are no valid event: dropped, as each replay brings them again."};

// journal
inline constexpr Metric journal_events{"penstock_journal_events", MetricKind::gauge, "events",
                                       "Events received and not yet committed to Kafka."};
inline constexpr Metric journal_bytes{"penstock_journal_bytes", MetricKind::gauge, "bytes",
                                      "Bytes of the journal in use."};
inline constexpr Metric journal_capacity{"penstock_journal_capacity_bytes", MetricKind::gauge,
                                         "bytes", "Bytes that the journal can hold."};

// readiness, as on /readyz
inline constexpr Metric ready{"penstock_ready", MetricKind::gauge, "",
                              "1 while /readyz says yes, 0 while it says no."};
inline constexpr Metric not_ready{
    "penstock_not_ready", MetricKind::gauge, "",
    "What /readyz names as a reason not to be ready, by reason."};  // reason
inline constexpr Metric degraded{
    "penstock_degraded", MetricKind::gauge, "",
    "What /readyz names as degraded, by reason: of how many sources."};  // reason

// the program; the names of process figures are those of Prometheus' client libraries
inline constexpr Metric build_info{"penstock_build_info", MetricKind::gauge, "",
                                   "Always 1; the version is in the label."};  // version
inline constexpr Metric config_last_reload_successful{
    "penstock_config_last_reload_successful", MetricKind::gauge, "",
    "1 if the last reload of the configuration was taken, or there was none; 0 if it was "
    "rejected."};
inline constexpr Metric config_last_reload_success{
    "penstock_config_last_reload_success_timestamp_seconds", MetricKind::gauge, "seconds",
    "When the configuration in effect was read."};
inline constexpr Metric process_cpu{"process_cpu_seconds_total", MetricKind::counter, "seconds",
                                    "User and system CPU time spent."};
inline constexpr Metric process_resident_memory{"process_resident_memory_bytes", MetricKind::gauge,
                                                "bytes", "Resident memory size."};
inline constexpr Metric allocated{
    "penstock_allocated_bytes", MetricKind::gauge, "bytes",
    "Memory that is allocated; without what the allocator keeps free and the journal's files."};
inline constexpr Metric process_open_fds{"process_open_fds", MetricKind::gauge, "",
                                         "Number of open file descriptors."};
inline constexpr Metric process_max_fds{"process_max_fds", MetricKind::gauge, "",
                                        "Maximum number of open file descriptors."};
inline constexpr Metric process_start_time{"process_start_time_seconds", MetricKind::gauge,
                                           "seconds", "Start of the process since 1970."};
inline constexpr Metric process_threads{"process_threads", MetricKind::gauge, "",
                                        "Number of threads."};

}  // namespace metric_names
}  // namespace penstock
