// One point of bench/scaling: what an event costs, in nanoseconds of CPU, where one thing has that
// number.
//
//   scaling_points size BYTES      extraction, an event's size
//   scaling_points workers COUNT   extraction by so many workers; of the clock, not of CPU
//   scaling_points jobs COUNT      the ledger, jobs that are open; a million events, in turns
//   scaling_points ledger COUNT    the ledger, new events of one job
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <string>
#include <string_view>

#include "extract/extractor.hpp"
#include "ledger_load.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/extract/pool.hpp"

namespace penstock {
namespace {

using Nanoseconds = std::chrono::duration<double, std::nano>;

Nanoseconds cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// An event of so many bytes, most of them text with an escape every 20 bytes.
std::string event_of(std::size_t size) {
  const std::string_view head =
      R"({"origin":{"type":"http","ts":1700000000000},"target":{"ip":"192.0.2.1","port":80},"b":")";
  const std::string_view tail = R"("})";
  std::string event(head);
  while (event.size() + tail.size() < size) {
    event += event.size() % 20 == 0 && event.size() + 2 + tail.size() <= size ? "\\n" : "x";
  }
  return event.append(tail);
}

// A block of common size, or of one event that is larger.
std::string lines_of(std::size_t size) {
  const std::string event = event_of(size) + "\n";
  std::string lines = event;
  while (lines.size() + event.size() <= limits::block_size.count) {
    lines += event;
  }
  return lines;
}

double by_size(std::uint64_t size) {
  constexpr std::uint64_t total = 200'000'000;  // bytes
  const std::string lines = lines_of(size);
  Block block;
  block.bytes = lines;
  extract::Extractor extractor;
  std::size_t events = 0;
  const auto begun = cpu_time();
  for (std::uint64_t read = 0; read < total; read += lines.size()) {
    events += extractor.extract(block, {.max_line = 16_MiB}, events / 1'000).events.size();
  }
  return (cpu_time() - begun).count() / static_cast<double>(events);
}

double by_workers(std::uint64_t workers) {
  constexpr std::size_t size = 280;  // bytes
  constexpr std::size_t blocks = 4'000;
  const std::string lines = lines_of(size);
  Block block;
  block.bytes = lines;
  std::size_t events = 0;
  extract::Pool pool(workers);
  const MonotonicTime begun = monotonic_now();
  {
    const auto lane =
        pool.open_lane({.max_line = 16_MiB}, [&](Batch&& batch) { events += batch.events.size(); });
    for (std::size_t i = 0; i < blocks; ++i) {
      lane->submit(block);
    }
  }
  return Nanoseconds(monotonic_now() - begun).count() / static_cast<double>(events);
}

double by_ledger(std::uint64_t open_jobs, std::uint64_t events) {
  const jobs::LedgerLoad load(open_jobs);
  jobs::Ledger ledger(jobs::ledger_memory);
  std::uint64_t published = 0;
  const auto begun = cpu_time();
  for (std::uint64_t i = 0; i < events; ++i) {
    published += load.deliver(ledger, ChannelKind::live, i).published;
  }
  const double taken = (cpu_time() - begun).count();
  if (published != events) {
    std::fprintf(stderr, "scaling_points: the ledger has no room for %llu events\n",
                 static_cast<unsigned long long>(events));
    std::exit(1);
  }
  return taken / static_cast<double>(events);
}

double by_jobs(std::uint64_t jobs) { return by_ledger(jobs, 1'000'000); }
double by_events(std::uint64_t events) { return by_ledger(1, events); }

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  static const std::map<std::string_view, double (*)(std::uint64_t)> series{
      {"size", penstock::by_size},
      {"workers", penstock::by_workers},
      {"jobs", penstock::by_jobs},
      {"ledger", penstock::by_events},
  };
  const std::string_view number = argc == 3 ? argv[2] : "";
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  const auto found = argc == 3 ? series.find(argv[1]) : series.end();
  if (found == series.end() || error != std::errc{} || *end != '\0' || value == 0) {
    std::fputs("scaling_points size|workers|jobs|ledger NUMBER\n", stderr);
    return 1;
  }
  std::printf("%.2f\n", found->second(value));
}
