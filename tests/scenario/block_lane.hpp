// A ring and what becomes of its blocks: the pool's workers take them in any order, the reorder
// buffer gives their batches back in theirs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "extract/extractor.hpp"
#include "extract/reorder_buffer.hpp"
#include "penstock/jobs/replay_gate.hpp"
#include "penstock/journal/ring.hpp"
#include "remote_model.hpp"

namespace penstock::scenario {

class BlockLane {
 public:
  // `in_order`: false plants a bug, the reorder buffer is passed by.
  BlockLane(const journal::RingOptions& ring, std::unique_ptr<journal::SegmentStore> segments,
            const extract::LaneOptions& lane, bool in_order)
      : store_(std::move(segments)), ring_(ring, *store_), lane_(lane), in_order_(in_order) {}

  journal::Ring& ring() { return ring_; }

  // Sealed blocks go to the workers, as many as may be uncommitted.
  void feed() {
    constexpr std::size_t workers_hold = 4, uncommitted_blocks = 8;
    while (waiting_.size() < workers_hold && taken_ < uncommitted_blocks) {
      const auto block = ring_.next();
      if (!block) {
        break;
      }
      ++taken_;
      waiting_.push_back({submitted_++, *block});
      if (!block->recovered) {
        waiting_.back().block.backlog = held_back_.backlog();
      }
      unreleased_.push_back(block->sequence);
    }
  }
  // As the replay gate asks for it.
  jobs::LiveChannel live() const { return {ring_.last_block(), delivered_, held_back_.last()}; }
  jobs::HeldBack& held_back() { return held_back_; }
  void look(MonotonicTime now, WallTime wall) {
    held_back_.look(now, wall);
    ring_.clock_set_back(held_back_.take_set_back());
  }

  bool has_work() const { return !waiting_.empty(); }

  // A worker is done with one of the blocks.
  void extract(extract::Extractor& extractor, Dice& dice,
               const std::function<void(Batch&&)>& deliver) {
    const auto which = waiting_.begin() + static_cast<std::ptrdiff_t>(dice.below(waiting_.size()));
    const auto [number, block] = *which;
    waiting_.erase(which);
    Batch batch = extractor.extract(block, lane_, 1);
    if (!in_order_) {
      delivered_ = std::max(delivered_, block.sequence);
      deliver(std::move(batch));
    } else {
      done_.insert(number, std::move(batch));
      while (auto next = done_.take_next()) {
        delivered_ = next->block.sequence;
        deliver(std::move(*next));
      }
    }
    feed();
  }

  void release(BlockSequence block) {
    // In their order, whatever order they were published in.
    released_.insert(block);
    while (!unreleased_.empty() && released_.erase(unreleased_.front()) > 0) {
      ring_.release(unreleased_.front());
      unreleased_.pop_front();
      --taken_;
    }
    ring_.make_room();  // although nobody reads
    feed();
  }

  // Nothing is on its way, in the ring or behind it.
  bool empty() const { return taken_ == 0 && !ring_.has_unread() && !ring_.has_unsealed_lines(); }
  bool extracted() const { return waiting_.empty() && !ring_.has_unread(); }

 private:
  struct Submitted {
    std::uint64_t number;  // from 0
    Block block;
  };

  std::unique_ptr<journal::SegmentStore> store_;
  journal::Ring ring_;
  extract::LaneOptions lane_;
  bool in_order_;
  extract::ReorderBuffer<Batch> done_;
  std::vector<Submitted> waiting_;  // for a worker
  std::uint64_t submitted_ = 0;
  std::size_t taken_ = 0;                 // from the ring and not yet released
  std::deque<BlockSequence> unreleased_;  // of those taken, in their order
  BlockSequence delivered_{0};
  jobs::HeldBack held_back_;
  std::set<BlockSequence> released_;
};

}  // namespace penstock::scenario
