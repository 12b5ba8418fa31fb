// The figures of one source, counted where things happen and read by ops.
//
// Each member has one writing thread unless said otherwise; readers take relaxed snapshots. What
// they are exported as stands in metric_names.hpp.
#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>

#include "penstock/core/event.hpp"
#include "penstock/core/heartbeat.hpp"
#include "penstock/core/session_end.hpp"

namespace penstock {

// A monotonic count. add() from any thread.
class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// A value that goes up and down. set() from one thread; change() from any.
template <class T>
class Gauge {
 public:
  void change(T by) noexcept requires std::integral<T> {
    value_.fetch_add(by, std::memory_order_relaxed);
  }
  void set(T value) noexcept { value_.store(value, std::memory_order_relaxed); }
  T get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<T> value_{};
};

// Receipt to commit. Bounds in seconds; the last bucket is +Inf.
class LatencyHistogram {
 public:
  static constexpr std::array<double, 14> bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2,
                                                 0.3,   0.5,  1.0,   2.5,  10,  60,   600};
  void observe(double seconds, std::uint64_t times) noexcept;
  std::array<std::uint64_t, bounds.size() + 1> counts() const noexcept;  // not cumulative
  double sum() const noexcept { return static_cast<double>(sum_us_.get()) / 1e6; }

 private:
  std::array<Counter, bounds.size() + 1> counts_;
  Counter sum_us_;
};

struct SourceCounters {
  // remote
  Counter received_bytes;
  Counter sessions;
  std::array<Counter, disconnect_causes> disconnects;
  Gauge<bool> connected;
  Counter paused_ms;
  // extract, counted when a batch leaves the reorder buffer
  Counter received_events;   // lines that aren't blank: valid events and dead letters
  Counter recovered_events;  // the same of blocks that were in the journal at the start
  Counter truncated_bytes;
  Gauge<std::int64_t> last_event_ms;  // wall clock, receipt; 0: none yet
  Gauge<double> lag_seconds;          // event time to receipt, of the last event that has a time
  // publish
  Counter published_events;
  Counter filtered_events;
  Counter duplicate_events;
  std::array<Counter, dead_letter_reasons> dead_letters;
  Counter transactions_committed;
  Counter transactions_aborted;
  Counter transactions_reinitialised;
  LatencyHistogram publish_latency;
  Gauge<std::int64_t> kafka_owes_since_ms;  // wall clock; 0: Kafka answered the last call
  Gauge<std::uint64_t> uncommitted_events;  // extracted, not yet committed: journal_events
  Gauge<std::uint64_t> uncommitted_bytes;   // of their blocks
  Heartbeat publisher;                      // of its thread
  // journal
  Gauge<std::uint64_t> journal_bytes;
  Gauge<std::uint64_t> journal_capacity_bytes;
};

}  // namespace penstock
