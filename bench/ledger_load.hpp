// New events for the ledger: of open jobs in turns, each event another one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "penstock/jobs/ledger.hpp"

namespace penstock::jobs {

inline constexpr Bytes ledger_memory{400'000'000};

inline std::uint64_t split_mix(std::uint64_t x) {  // SplitMix64
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

struct LedgerLoad {
  explicit LedgerLoad(std::uint64_t open_jobs) {
    for (std::uint64_t i = 0; i < open_jobs; ++i) {
      jobs.push_back("0b8f31c2-9d4e-4a57-8c06-" + std::to_string(100'000'000'000 + i));
    }
  }

  Ledger::Delivery deliver(Ledger& ledger, ChannelKind kind, std::uint64_t i) const {
    return ledger.deliver(jobs[i % jobs.size()], kind, {split_mix(2 * i), split_mix(2 * i + 1)});
  }

  std::vector<std::string> jobs;
};

}  // namespace penstock::jobs
