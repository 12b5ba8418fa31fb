// Worlds by the thousand, each decided by its seed.
//
// PENSTOCK_SEEDS: how many. PENSTOCK_SEED: that one alone, and its story. scripts/campaign sets
// them.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "world.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace penstock::scenario {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t usual_seeds = 1'000;
#else
constexpr std::uint64_t usual_seeds = 20'000;
#endif
constexpr std::uint64_t seeds_for_a_planted_bug = 2'000;
constexpr std::size_t told_findings = 10;

// Of this thread. A failed assertion and a sanitizer's finding end the process: they say it, too.
thread_local std::uint64_t seed_that_runs = 0;

void tell_seed() {
  std::fprintf(stderr, "in seed %llu: scripts/campaign scenario --seed %llu\n",
               static_cast<unsigned long long>(seed_that_runs),
               static_cast<unsigned long long>(seed_that_runs));
}

void tell_seed_at_the_end() {
  std::signal(SIGABRT, [](int) { tell_seed(); });
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  __sanitizer_set_death_callback(tell_seed);
#endif
}

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? std::nullopt : std::optional(std::strtoull(text, nullptr, 10));
}

RunResult run_seed(const RunOptions& options) {
  seed_that_runs = options.seed;
  return run(options);
}

// Seeds from 1 on, on all cores, until `enough` of them found something.
std::set<std::uint64_t> failing_seeds(std::uint64_t seeds, Planted planted, std::size_t enough) {
  std::atomic<std::uint64_t> next{1};
  std::mutex mutex;
  std::set<std::uint64_t> failing;
  const std::uint64_t told_every = std::max<std::uint64_t>(seeds / 10, usual_seeds);
  const auto work = [&] {
    for (std::uint64_t seed = next++; seed <= seeds; seed = next++) {
      const RunResult result = run_seed({.seed = seed, .planted = planted});
      const std::lock_guard lock(mutex);
      if (!result.violations.empty()) {
        failing.insert(seed);
        if (failing.size() >= enough) {
          next = seeds + 1;
        }
      }
      if (seed % told_every == 0) {
        std::cout << "[" << seed << "/" << seeds << "] seeds, " << failing.size() << " fail\n"
                  << std::flush;
      }
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
    workers.emplace_back(work);
  }
  workers.clear();
  return failing;
}

TEST(Scenario, HoldsWhatItPromisesForEverySeed) {
  tell_seed_at_the_end();
  if (const auto seed = number_from("PENSTOCK_SEED")) {
    const RunResult result = run_seed({.seed = *seed, .told = true});
    std::cout << result.story << result.steps << " steps\n";
    for (const std::string& violation : result.violations) {
      ADD_FAILURE() << violation;
    }
    return;
  }
  const auto seeds = number_from("PENSTOCK_SEEDS").value_or(usual_seeds);
  const auto failing = failing_seeds(seeds, Planted::nothing, told_findings);
  if (!failing.empty()) {
    std::cout << "The story of seed " << *failing.begin() << ":\n"
              << run_seed({.seed = *failing.begin(), .told = true}).story;
  }
  for (const std::uint64_t seed : failing) {
    ADD_FAILURE() << "seed " << seed << ": " << run_seed({.seed = seed}).violations.front()
                  << "\nits story: scripts/campaign scenario --seed " << seed;
  }
}

class PlantedBug : public ::testing::TestWithParam<Planted> {};

TEST_P(PlantedBug, IsFound) {
  const auto failing = failing_seeds(seeds_for_a_planted_bug, GetParam(), 1);
  ASSERT_FALSE(failing.empty());
  const RunResult found = run_seed({.seed = *failing.begin(), .planted = GetParam()});
  std::cout << "seed " << *failing.begin() << ": " << found.violations.front() << "\n";
}

std::string name_of(const ::testing::TestParamInfo<Planted>& planted) {
  switch (planted.param) {
    case Planted::ledger:
      return "Ledger";
    case Planted::guard:
      return "Guard";
    case Planted::reorder:
      return "Reorder";
    case Planted::candidates:
      return "Candidates";
    case Planted::mailbox:
      return "Mailbox";
    case Planted::nothing:
      break;
  }
  return "Nothing";
}

INSTANTIATE_TEST_SUITE_P(Scenario, PlantedBug,
                         ::testing::Values(Planted::ledger, Planted::guard, Planted::reorder,
                                           Planted::candidates, Planted::mailbox),
                         name_of);

}  // namespace
}  // namespace penstock::scenario
