// The journal's hot loops: receiving into the ring, sealing with CRC-32C, reading and releasing.
#include <benchmark/benchmark.h>

#include <string>

#include "penstock/journal/crc32c.hpp"
#include "penstock/journal/ring.hpp"
#include "tls_records.hpp"

namespace penstock::journal {
namespace {

// `size` bytes of lines of `line` bytes each.
std::string lines(std::size_t size, std::size_t line) {
  std::string text;
  while (text.size() < size) {
    text += std::string(line - 1, 'x') + '\n';
  }
  return text;
}

void crc_of_a_block(benchmark::State& state) {
  const std::string bytes(limits::block_size.count, 'x');
  for (auto _ : state) {
    benchmark::DoNotOptimize(crc32c(bytes));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(crc_of_a_block);

void receive(benchmark::State& state) {
  const std::string input = lines(8 * 1024 * 1024, static_cast<std::size_t>(state.range(0)));
  MemorySegments segments(segment_size_for(16_MiB));
  Ring ring({.max_size = 256_MiB, .max_line = 16_MiB, .segment_size = segment_size_for(16_MiB)},
            segments);
  ring.open_session(ChannelId{1}, SessionId{1}, WallTime{});
  for (auto _ : state) {
    receive_and_release(ring, input);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(input.size()));
}
BENCHMARK(receive)->ArgName("line")->Arg(280)->Arg(2'200)->Arg(1'000'000);

}  // namespace
}  // namespace penstock::journal
