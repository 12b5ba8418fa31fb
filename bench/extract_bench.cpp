// The hot loop: from a block's bytes to events. Each benchmark runs on events of port scans alone
// (about 290 bytes) and on a mix with module results (about 2 kB on average).
#include <benchmark/benchmark.h>

#if defined(PENSTOCK_WITH_SIMDJSON)
#include <simdjson.h>
#endif

#include <algorithm>
#include <cstdint>
#include <deque>
#include <latch>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "extract/canonical_json.hpp"
#include "extract/event_handler.hpp"
#include "extract/extractor.hpp"
#include "extract/fingerprinter.hpp"
#include "extract/json_parser.hpp"
#include "extract/line_parser.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/extract/pool.hpp"
#include "unit/extract/rapid_parser.hpp"

namespace penstock::extract {
namespace {

enum Input : std::int64_t { port, mixed };

// Events in the shapes of the streams, with values from one seed.
class Maker {
 public:
  std::string port_event() {
    return R"({"origin":{"type":"port","job_id":"client-1b2f8a30-7c31-4f0e-9d7a-55d2f0a7c)" +
           number(1000) + R"(","client_id":"client","country":"us","module":"portscan",)" +
           origin_end() + R"("target":{"ip":")" + number(256) + "." + number(256) + "." +
           number(256) + "." + number(256) + R"(","port":)" + number(65536) +
           R"(,"protocol":"tcp"},"result":{"data":{"response":"synack"}}})";
  }
  std::string http_event() {
    std::string data = R"("response":{"statusCode":200,"headers":{)";
    for (int i = 0; i < 12; ++i) {
      data += "\"x-header-" + number(1000) + R"(":"some value )" + number(100'000'000) + "\",";
    }
    data += R"("date":"now"},"body":")";
    for (int i = 0; i < 30; ++i) {
      data += R"(<div class=\"row item\">\r\n\t<a href=\"http://example.com/)" + number(1'000'000) +
              R"(\">text of the link</a>\n</div>)";
    }
    return module_event("http", data + R"("},"ok":true)");
  }
  std::string ssl_event() {
    std::string data = R"("cert_info":{"certificate_chain":[{"as_pem":")";
    for (int i = 0; i < 24; ++i) {
      data += "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\\n";
    }
    data += R"("}]},"ciphers":[)";
    for (int i = 0; i < 20; ++i) {
      data += R"({"cipher":"TLS_ECDHE_RSA","bits":)" + number(512) + R"(,"ok":false},)";
    }
    return module_event("ssl", data + "{}]");
  }
  std::string ssh_event() {
    std::string data = R"("cyphers":[)";
    for (int i = 0; i < 5; ++i) {
      data += R"({"cypher":"ssh-rsa","key":"AAAAB3NzaC1yc2EAAAADAQABAAABAQ","length":)" +
              number(4096) + "},";
    }
    return module_event("ssh", data + R"({}],"banner":"SSH-2.0-OpenSSH_7.4 )"
                                      "\u00e9"
                                      R"(")");
  }
  std::string mixed_event() {
    switch (random_() % 4) {
      case 0:
        return port_event();
      case 1:
        return http_event();
      case 2:
        return ssl_event();
      default:
        return ssh_event();
    }
  }

 private:
  std::string number(std::uint64_t bound) { return std::to_string(random_() % bound); }
  std::string origin_end() {
    return R"("ts":1714521)" + number(1'000'000) + R"(,"ip":"192.0.2.3","port":)" + number(65536) +
           "},";
  }
  std::string module_event(std::string_view type, const std::string& data) {
    return R"({"origin":{"type":")" + std::string(type) +
           R"(","job_id":"client-1b2f8a30-7c31-4f0e-9d7a-55d2f0a7c3e1","country":"nl",)" +
           R"("module":"grabber",)" + origin_end() + R"("target":{"ip":"198.51.100.)" +
           number(256) + R"(","port":80,"protocol":"tcp"},"result":{"data":{)" + data + "}}}";
  }

  std::mt19937_64 random_{1};
};

// A full block of events.
struct Sample {
  explicit Sample(Input input) {
    Maker maker;
    std::vector<std::size_t> sizes;
    while (text.size() < limits::block_size.count) {
      const std::string event = input == port ? maker.port_event() : maker.mixed_event();
      text += event + "\n";
      sizes.push_back(event.size());
    }
    const std::size_t size = text.size();
    text.append(64, '\0');  // for RapidJSON and simdjson, which read on
    const char* begin = text.data();
    for (const std::size_t line : sizes) {
      lines.emplace_back(begin, line);
      begin += line + 1;
    }
    block.sequence = {1};
    block.bytes = std::string_view(text).substr(0, size);
  }
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;

  void count(benchmark::State& state, std::int64_t blocks = 1) const {
    state.SetItemsProcessed(state.iterations() * blocks * static_cast<std::int64_t>(lines.size()));
    state.SetBytesProcessed(state.iterations() * blocks *
                            static_cast<std::int64_t>(block.bytes.size()));
  }

  std::string text;
  std::vector<std::string_view> lines;
  Block block;
};

// RapidJSON and no check of UTF-8, fields filled in.
void rapidjson_lines(benchmark::State& state) {
  const Sample sample(static_cast<Input>(state.range(0)));
  RapidParser parser;
  EventHandler handler;
  std::deque<std::string> decoded;
  for (auto _ : state) {
    for (const std::string_view line : sample.lines) {
      handler.reset();
      if (!parser.accepts(line, handler)) {
        return state.SkipWithError("an event was refused");
      }
      Event event;
      handler.fill(event, decoded);
      benchmark::DoNotOptimize(event);
    }
  }
  sample.count(state);
}
BENCHMARK(rapidjson_lines)->ArgName("mixed")->Arg(port)->Arg(mixed);

#if defined(PENSTOCK_WITH_SIMDJSON)
// simdjson's DOM, which checks all that it can check, and three of the fields.
void simdjson_lines(benchmark::State& state) {
  const Sample sample(static_cast<Input>(state.range(0)));
  simdjson::dom::parser parser;
  for (auto _ : state) {
    for (const std::string_view line : sample.lines) {
      simdjson::dom::element event;
      std::string_view type;
      std::string_view ip;
      std::int64_t time_ms = 0;
      if (parser.parse(line.data(), line.size(), false).get(event) ||
          event["origin"]["type"].get(type) || event["origin"]["ts"].get(time_ms) ||
          event["target"]["ip"].get(ip)) {
        return state.SkipWithError("an event was refused");
      }
      benchmark::DoNotOptimize(type);
      benchmark::DoNotOptimize(ip);
      benchmark::DoNotOptimize(time_ms);
    }
  }
  sample.count(state);
}
BENCHMARK(simdjson_lines)->ArgName("mixed")->Arg(port)->Arg(mixed);
#endif

// The project's parser, fields filled in, UTF-8 checked.
void parse_lines(benchmark::State& state) {
  const Sample sample(static_cast<Input>(state.range(0)));
  LineParser parser;
  std::deque<std::string> decoded;
  for (auto _ : state) {
    for (const std::string_view line : sample.lines) {
      Event event;
      if (parser.parse(line, event, decoded)) {
        return state.SkipWithError("an event was refused");
      }
      benchmark::DoNotOptimize(event);
    }
  }
  sample.count(state);
}
BENCHMARK(parse_lines)->ArgName("mixed")->Arg(port)->Arg(mixed);

// What a ledger costs beside that: the canonical form of each event, and its hash.
void canonical_lines(benchmark::State& state) {
  const Sample sample(static_cast<Input>(state.range(0)));
  CanonicalJson canonical;
  for (auto _ : state) {
    for (const std::string_view line : sample.lines) {
      benchmark::DoNotOptimize(canonical.of(line).data());
    }
  }
  sample.count(state);
}
BENCHMARK(canonical_lines)->ArgName("mixed")->Arg(port)->Arg(mixed);

void fingerprint_lines(benchmark::State& state) {
  const Sample sample(static_cast<Input>(state.range(0)));
  Fingerprinter fingerprinter;
  for (auto _ : state) {
    for (const std::string_view line : sample.lines) {
      benchmark::DoNotOptimize(fingerprinter.of(line));
    }
  }
  sample.count(state);
}
BENCHMARK(fingerprint_lines)->ArgName("mixed")->Arg(port)->Arg(mixed);

// A block as a worker sees it: lines split, events stored.
void extract_block(benchmark::State& state) {
  const Sample sample(static_cast<Input>(state.range(0)));
  const LaneOptions lane{.max_line = 1_MiB, .has_ledger = state.range(1) != 0};
  Extractor extractor;
  for (auto _ : state) {
    const Batch batch = extractor.extract(sample.block, lane, sample.lines.size());
    benchmark::DoNotOptimize(batch.events.data());
  }
  sample.count(state);
}
BENCHMARK(extract_block)->ArgNames({"mixed", "ledger"})->ArgsProduct({{port, mixed}, {0, 1}});

// The whole way through a pool with one worker, hand-over and reordering included.
void pool_of_one(benchmark::State& state) {
  constexpr std::ptrdiff_t blocks = 16;
  const Sample sample(static_cast<Input>(state.range(0)));
  Pool pool(1);
  std::latch* delivered = nullptr;
  const auto lane = pool.open_lane({.max_line = 1_MiB}, [&](Batch&&) { delivered->count_down(); });
  Block block = sample.block;
  for (auto _ : state) {
    std::latch all(blocks);
    delivered = &all;
    for (std::ptrdiff_t i = 0; i < blocks; ++i) {
      lane->submit(block);
      block.sequence = block.sequence.next();
    }
    all.wait();
  }
  sample.count(state, blocks);
}
BENCHMARK(pool_of_one)->ArgName("mixed")->Arg(port)->Arg(mixed)->UseRealTime();

}  // namespace
}  // namespace penstock::extract
