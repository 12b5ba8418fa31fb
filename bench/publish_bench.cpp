// What the publisher decides for each event, librdkafka aside.
#include <benchmark/benchmark.h>

#include "penstock/publish/router.hpp"

namespace penstock::publish {
namespace {

void route(benchmark::State& state) {
  const Router router({.headers = static_cast<HeaderSet>(state.range(0)),
                       .stream_url = "https://stream.example.net/v1/firehose"});
  Event event;
  event.line = R"({"origin":{"type":"port"},"target":{"ip":"192.0.2.1","port":443}})";
  event.type = "port";
  event.ip = "192.0.2.1";
  event.has_type = event.has_ip = true;
  const Batch batch;
  Record record;
  for (auto _ : state) {
    router.route(event, batch, 0, record);
    benchmark::DoNotOptimize(record.value.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(route)
    ->ArgName("headers")
    ->Arg(static_cast<int>(HeaderSet::none))
    ->Arg(static_cast<int>(HeaderSet::basic))
    ->Arg(static_cast<int>(HeaderSet::cloudevents));

}  // namespace
}  // namespace penstock::publish
