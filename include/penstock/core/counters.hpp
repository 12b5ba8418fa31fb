// The figures of one source, counted where things happen and read by ops.
//
// Each member has one writing thread unless said otherwise; readers take relaxed snapshots. What
// they are exported as stands in metric_names.hpp.
#pragma once

#include <array>
#include <cstdint>

#include "penstock/core/counter.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/heartbeat.hpp"
#include "penstock/core/kafka_counters.hpp"
#include "penstock/core/session_end.hpp"

namespace penstock {

// Receipt to commit. Bounds in seconds; the last bucket is +Inf.
class LatencyHistogram {
 public:
  static constexpr std::array<double, 15> bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3,
                                                 0.5,   1.0,  2.5,   5,    10,  60,   600};
  void observe(double seconds, std::uint64_t times) noexcept;
  std::array<std::uint64_t, bounds.size() + 1> counts() const noexcept;  // not cumulative
  double sum() const noexcept { return static_cast<double>(sum_us_.get()) / 1e6; }

 private:
  std::array<Counter, bounds.size() + 1> counts_;
  Counter sum_us_;
};

// What became of lines that left the journal.
struct EventTally {
  std::uint64_t published = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t filtered = 0;
  std::array<std::uint64_t, dead_letter_reasons> dead_letters{};
};

// The figures of the balance at one moment.
struct EventFigures {
  std::uint64_t received = 0;
  std::uint64_t recovered = 0;
  EventTally left;
  std::uint64_t in_journal = 0;  // that came, and didn't leave

  // received + recovered - all that left - in the journal: 0, or a defect. Above 0, lines were lost
  // or not counted; below, some were counted twice.
  std::int64_t unaccounted() const noexcept;
};

class SourceCounters {
 public:
  // remote
  Counter received_bytes;
  Counter sessions;
  std::array<Counter, session_end_causes> disconnects;
  Gauge<bool> connected;
  Counter paused_ms;
  // extract, counted when a batch leaves the reorder buffer
  Counter truncated_bytes;
  Gauge<std::int64_t> last_event_ms;  // wall clock, receipt; 0: none yet
  Gauge<double> lag_seconds;          // event time to receipt, of the last event that has a time
  // The balance: moved by came() and leave() below.
  Counter received_events;   // lines that aren't blank: valid events and dead letters
  Counter recovered_events;  // the same of blocks that were in the journal at the start
  Counter published_events;
  Counter filtered_events;
  Counter duplicate_events;
  std::array<Counter, dead_letter_reasons> dead_letters;
  Counter left_events;  // of both, whatever became of them
  // publish
  Counter transactions_committed;
  Counter transactions_aborted;
  Counter transactions_reinitialised;
  LatencyHistogram publish_latency;
  Gauge<std::int64_t> kafka_owes_since_ms;  // monotonic; 0: Kafka answered the last call
  Gauge<std::uint64_t> uncommitted_bytes;   // of their blocks
  Heartbeat publisher;                      // of its thread
  KafkaCounters kafka;
  // journal
  Gauge<std::uint64_t> journal_bytes;
  Gauge<std::uint64_t> journal_capacity_bytes;

  // Lines of a batch come; from any thread.
  void came(std::uint64_t lines, bool recovered) noexcept;
  // A batch that came with so many lines leaves: its place in the journal is given back. The
  // publisher's thread.
  void leave(std::uint64_t lines, const EventTally& tally) noexcept;
  // All at one moment, between two batches that leave; from any thread.
  EventFigures events() const noexcept;

 private:
  Moment leaving_;
};

}  // namespace penstock
