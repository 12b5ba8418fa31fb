// Decides which records go to the dead letters because Kafka refuses them. Pure.
//
// A refused record fails with its whole Kafka batch, neighbours included. So after the abort each
// suspect is produced in a batch of its own; only one that is refused alone is a dead letter.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <set>
#include <span>

#include "penstock/core/ids.hpp"
#include "penstock/core/time.hpp"

namespace penstock::publish {

// An event by its place: the block and its index in the batch.
struct RecordId {
  BlockSequence block;
  std::uint32_t event = 0;
  auto operator<=>(const RecordId&) const = default;
};

class RefusedRecords {
 public:
  enum class Disposition : std::uint8_t { together, alone, dead_letter };

  Disposition of(RecordId id) const;
  bool any() const noexcept { return !suspects_.empty() || !refused_.empty(); }

  // Kafka refused these, in the transaction that is being aborted. A record that was produced
  // alone is known to be the cause; of the others any may be.
  void failed(std::span<const RecordId> ids, MonotonicTime now);
  // Kafka can't take this record in any batch; found before it was sent.
  void refuse(RecordId id, MonotonicTime now);
  // Blocks up to this one are committed.
  void committed(BlockSequence up_to);

  // More records were refused within a minute than records can be to blame for: the topic is.
  bool topic_refuses(MonotonicTime now);

 private:
  std::set<RecordId> suspects_;
  std::set<RecordId> refused_;
  std::deque<MonotonicTime> refusals_;  // of the last minute, bounded by limits
};

}  // namespace penstock::publish
