// The loops that every event goes through, each over the same file, for bench/instructions, which
// counts what counted_loop() executes. One thread, nothing that depends on time.
//
//   hot_loops LOOP FILE
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "extract/extractor.hpp"
#include "extract/fingerprinter.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/jobs/ledger.hpp"
#include "penstock/journal/ring.hpp"
#include "publish/batch_writer.hpp"
#include "taking_kafka.hpp"
#include "tls_records.hpp"

extern "C" [[gnu::noinline]] void counted_loop(const std::function<void()>& loop) { loop(); }

namespace penstock {
namespace {

using Loop = std::function<void()>;

volatile std::uint64_t kept = 0;  // so that no result is unused

// Whole lines, as the journal seals them.
std::vector<Block> blocks_of(std::string_view text) {
  std::vector<Block> blocks;
  while (!text.empty()) {
    const std::size_t end = text.rfind('\n', limits::block_size.count - 1);
    Block& block = blocks.emplace_back();
    block.bytes = text.substr(0, end + 1);
    text.remove_prefix(block.bytes.size());
  }
  return blocks;
}

// In TLS records, through the ring: line ends, CRC, release.
Loop receive(std::string_view text) {
  struct State {
    journal::MemorySegments segments{journal::segment_size_for(16_MiB)};
    journal::Ring ring{{.max_size = 256_MiB,
                        .max_line = 16_MiB,
                        .segment_size = journal::segment_size_for(16_MiB)},
                       segments};
  };
  const auto state = std::make_shared<State>();  // shared: std::function copies what it holds
  state->ring.open_session(ChannelId{1}, SessionId{1}, WallTime{});
  return [state, text] { receive_and_release(state->ring, text); };
}

Loop extract_events(std::string_view text) {
  const auto extractor = std::make_shared<extract::Extractor>();
  return [extractor, blocks = blocks_of(text)] {
    std::size_t expected = 0;
    for (const Block& block : blocks) {
      const Batch batch = extractor->extract(block, {.max_line = 16_MiB}, expected);
      expected = batch.events.size();
      kept = kept + expected;
    }
  };
}

std::vector<Batch> batches_of(std::string_view text) {
  std::vector<Batch> batches;
  extract::Extractor extractor;
  for (const Block& block : blocks_of(text)) {
    batches.push_back(extractor.extract(block, {.max_line = 16_MiB}, 0));
  }
  return batches;
}

Loop fingerprint(std::string_view text) {
  const auto fingerprinter = std::make_shared<extract::Fingerprinter>();
  const auto batches = std::make_shared<std::vector<Batch>>(batches_of(text));
  return [fingerprinter, batches] {
    for (const Batch& batch : *batches) {
      for (const Event& event : batch.events) {
        kept = kept + fingerprinter->of(event.line).low;
      }
    }
  };
}

// Each event is new in one run and known in the next session.
Loop count_copies(std::string_view text) {
  const auto fingerprints = std::make_shared<std::vector<Fingerprint>>();
  extract::Fingerprinter fingerprinter;
  for (const Batch& batch : batches_of(text)) {
    for (const Event& event : batch.events) {
      fingerprints->push_back(fingerprinter.of(event.line));
    }
  }
  return [fingerprints] {
    jobs::Ledger ledger(400_MiB);
    for (int session = 0; session < 2; ++session) {
      ledger.open_session();
      for (const Fingerprint& event : *fingerprints) {
        kept = kept + ledger.deliver("0b8f31c2-9d4e", ChannelKind::live, event).published;
      }
    }
  };
}

class KeepingKafka final : public TakingKafka {
 public:
  Produced event(const publish::Record& record, publish::RecordId) override {
    kept = kept + record.value.size();
    return Produced::queued;
  }
};

// Up to librdkafka.
Loop publish_events(std::string_view text) {
  struct State {
    KeepingKafka kafka;
    publish::RefusedRecords refused;
    publish::BatchWriter writer{SourceName("firehose"), {.key = publish::KeyField::ip}, refused};
    std::vector<Batch> batches;
  };
  const auto state = std::make_shared<State>();
  state->batches = batches_of(text);
  return [state] {
    for (const Batch& batch : state->batches) {
      kept = kept + (state->writer.write(batch, ItemSequence{1}, state->kafka, {}) ? 1 : 0);
    }
  };
}

int run(const std::string& name, const char* path) {
  static const std::map<std::string, Loop (*)(std::string_view)> loops{
      {"receive", receive},     {"extract", extract_events}, {"fingerprint", fingerprint},
      {"ledger", count_copies}, {"publish", publish_events},
  };
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto found = loops.find(name);
  if (found == loops.end() || text.empty()) {
    std::fprintf(stderr, "hot_loops: no loop %s, or nothing in %s\n", name.c_str(), path);
    return 1;
  }
  const Loop loop = found->second(text);
  loop();  // buffers have their sizes afterwards
  counted_loop(loop);
  return 0;
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("hot_loops LOOP FILE\n", stderr);
    return 1;
  }
  return penstock::run(argv[1], argv[2]);
}
