// What a journal holds, to Kafka: reads the ring's blocks, a transaction's at a time, and publishes
// what the daemon with that journal would.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "penstock/app/commands/publish_journal.hpp"
#include "penstock/core/filter.hpp"
#include "penstock/extract/pool.hpp"
#include "penstock/journal/ring.hpp"
#include "penstock/publish/journal_publisher.hpp"

namespace penstock::app {

class JournalDrain {
 public:
  // What is committed with events: `done` is how it stands then.
  using Beside = std::function<Result<std::vector<SideRecord>>(const JournalPublished& done)>;

  // All that is given by reference lives longer.
  JournalDrain(journal::Ring& ring, publish::JournalPublisher& publisher, extract::Pool& pool,
               extract::LaneOptions lane, const Filter& filter, Beside beside)
      : ring_(ring),
        publisher_(publisher),
        pool_(pool),
        lane_(lane),
        filter_(filter),
        beside_(std::move(beside)) {}

  // Blocks before `committed` are in Kafka. Counts in `done`.
  Result<void> run(BlockSequence committed, JournalPublished& done);

 private:
  // Counts in `next` what Kafka had.
  bool take(BlockSequence committed, JournalPublished& next);

  journal::Ring& ring_;
  publish::JournalPublisher& publisher_;
  extract::Pool& pool_;
  extract::LaneOptions lane_;
  const Filter& filter_;
  Beside beside_;
  std::vector<Batch> batches_;
  BlockSequence last_;
};

}  // namespace penstock::app
