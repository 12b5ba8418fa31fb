#include "app/commands/journal_drain.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "app/commands/extract_block.hpp"
#include "app/commands/progress_line.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"

namespace penstock::app {
namespace {

std::uint64_t filtered_of(const Batch& batch) {
  return static_cast<std::uint64_t>(std::ranges::count(batch.verdicts, Verdict::filtered));
}

std::uint64_t lines_of(const Batch& batch) {
  return batch.events.size() + batch.dead_letters.size();
}

void count(const Batch& batch, JournalPublished& done) {
  const std::uint64_t filtered = filtered_of(batch);
  done.events += batch.events.size() - filtered;
  done.lines += lines_of(batch) - filtered;
  done.filtered += filtered;
  if (lines_of(batch) > filtered) {
    done.up_to = batch.block.received_at;
  }
}

}  // namespace

Result<void> JournalDrain::run(BlockSequence committed, JournalPublished& done) {
  ProgressLine progress;
  JournalPublished next = done;
  while (take(committed, next)) {
    const auto with = [&](std::size_t batches) {
      JournalPublished then = next;
      std::for_each_n(batches_.begin(), batches, [&](const Batch& batch) { count(batch, then); });
      return then;
    };
    if (!batches_.empty()) {
      const auto beside = [&](std::size_t batches) { return beside_(with(batches)); };
      if (auto published = publisher_.publish(batches_, beside); !published) {
        return published;
      }
    }
    done = next = with(batches_.size());
    ring_.release(last_);
    progress.show(monotonic_now(), [&] { return std::to_string(done.lines) + " lines published"; });
  }
  return {};
}

// False: there are no more.
bool JournalDrain::take(BlockSequence committed, JournalPublished& next) {
  batches_.clear();
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  bool any = false;
  while (bytes < limits::transaction_bytes.count / 2 && lines < limits::transaction_events / 2) {
    const auto block = ring_.next();
    if (!block) {
      break;
    }
    any = true;
    last_ = block->sequence;
    Batch batch = extract_block(pool_, lane_, *block);
    filter_.apply(batch);
    if (block->sequence < committed) {
      next.before += lines_of(batch) - filtered_of(batch);
      continue;
    }
    bytes += block->bytes.size();
    lines += lines_of(batch);
    batches_.push_back(std::move(batch));
  }
  return any;
}

}  // namespace penstock::app
