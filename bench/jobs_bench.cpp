// What the ledger costs for an event: time, memory, and the longest that one event waits.
// Arguments: open jobs, whose events come in turn, and events a job.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "ledger_load.hpp"

namespace penstock::jobs {
namespace {

struct Load : LedgerLoad {
  explicit Load(const benchmark::State& state)
      : LedgerLoad(static_cast<std::uint64_t>(state.range(0))),
        events(static_cast<std::uint64_t>(state.range(0) * state.range(1))) {}

  void deliver_all(Ledger& ledger, ChannelKind kind) const {
    for (std::uint64_t i = 0; i < events; ++i) {
      benchmark::DoNotOptimize(deliver(ledger, kind, i));
    }
  }

  std::uint64_t events;
};

double resident_bytes() {
  malloc_trim(0);  // what other benchmarks freed
  std::ifstream statm("/proc/self/statm");
  double size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Of this thread: what else the machine does hides nothing.
std::chrono::duration<double, std::micro> cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void report(benchmark::State& state, const Load& load) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(load.events));
}

void new_events(benchmark::State& state) {
  const Load load(state);
  for (auto _ : state) {
    const double before = resident_bytes();
    Ledger ledger(ledger_memory);
    load.deliver_all(ledger, ChannelKind::live);
    const auto events = static_cast<double>(load.events);
    state.counters["bytes/event"] = static_cast<double>(ledger.memory().count) / events;
    state.counters["resident/event"] = (resident_bytes() - before) / events;
    state.counters["incomplete"] = ledger.incomplete(load.jobs[0]) ? 1 : 0;
  }
  report(state, load);
}

void known_events(benchmark::State& state) {
  const Load load(state);
  Ledger ledger(ledger_memory);
  load.deliver_all(ledger, ChannelKind::live);
  for (auto _ : state) {
    ledger.open_session();
    load.deliver_all(ledger, ChannelKind::live);
  }
  report(state, load);
}

// The longest single call while a job grows.
void longest_call(benchmark::State& state) {
  const Load load(state);
  for (auto _ : state) {
    Ledger ledger(ledger_memory);
    std::vector<double> longest(1000);  // a heap with the smallest in front
    const auto later = std::greater<>();
    for (std::uint64_t i = 0; i < load.events; ++i) {
      const auto begin = cpu_time();
      benchmark::DoNotOptimize(load.deliver(ledger, ChannelKind::live, i));
      const double taken = (cpu_time() - begin).count();
      if (taken > longest.front()) {
        std::ranges::pop_heap(longest, later);
        longest.back() = taken;
        std::ranges::push_heap(longest, later);
      }
    }
    std::ranges::sort(longest, later);
    state.counters["longest_us"] = longest[0];
    state.counters["10th_us"] = longest[9];
    state.counters["100th_us"] = longest[99];
    state.counters["1000th_us"] = longest[999];
  }
}

void open_and_drop(benchmark::State& state) {
  const Load load(state);
  for (auto _ : state) {
    Ledger ledger(ledger_memory);
    load.deliver_all(ledger, ChannelKind::live);
    const auto start = cpu_time();
    ledger.open_session();
    const auto session_opened = cpu_time();
    ledger.open_run(load.jobs[0]);
    const auto run_opened = cpu_time();
    ledger.drop(load.jobs[0]);
    state.counters["open_session_us"] = (session_opened - start).count();
    state.counters["open_run_us"] = (run_opened - session_opened).count();
    state.counters["drop_us"] = (cpu_time() - run_opened).count();
  }
}

void shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"jobs", "events"})->Unit(benchmark::kMillisecond);
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{
           {1, 10'000'000}, {1'000, 10'000}, {10'000, 1'000}, {100'000, 10}, {10, 1'000}}) {
    benchmark->Args(shape);
  }
}
BENCHMARK(new_events)->Apply(shapes);
BENCHMARK(known_events)->Apply(shapes);
BENCHMARK(longest_call)->ArgNames({"jobs", "events"})->Args({1, 10'000'000})->Iterations(1);
BENCHMARK(open_and_drop)->ArgNames({"jobs", "events"})->Args({1, 10'000'000})->Iterations(1);

}  // namespace
}  // namespace penstock::jobs
