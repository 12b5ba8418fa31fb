// What the demo's consumer found in Kafka, held against what the simulator sent.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "penstock/core/log.hpp"
#include "penstock/core/units.hpp"
#include "penstock/settings/settings.hpp"
#include "penstock/simulator/simulator.hpp"

namespace penstock::cli {

class DemoAccount {
 public:
  // The embedded Kafka keeps 5 MB of a partition: larger events go to the dead letters.
  static constexpr Bytes max_event = 4_MiB;

  DemoAccount(const settings::Kafka& kafka, Log& log);

  // Reads the sources' topics, read_committed, on a thread of its own. The topics exist.
  void start();
  std::uint64_t consumed() const noexcept { return consumed_.load(); }
  // Goes on until all that the simulator sent whole was read, or `patience` is over; then counts.
  void finish(const simulator::Simulator& remote, Duration patience);

  // After finish().
  bool exact() const noexcept { return lost_ == 0 && doubled_ == 0 && consumed() > 0; }
  void print() const;

 private:
  // Copies of an event, by the hash of its bytes: sent - read.
  using Tally = std::unordered_map<std::uint64_t, std::int64_t>;
  void read(const std::stop_token& stop);

  const settings::Kafka& kafka_;
  Log& log_;
  std::atomic<std::uint64_t> consumed_{0};
  std::array<Tally, simulator::all_sources.size()> read_;  // the thread's, until it is joined
  std::uint64_t sent_ = 0;
  std::uint64_t bad_ = 0;
  std::uint64_t cut_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t doubled_ = 0;
  std::mutex mutex_;  // for progress_ alone
  std::condition_variable progress_;
  std::jthread thread_;
};

}  // namespace penstock::cli
