// The worker threads that make batches of sealed blocks, shared by all sources.
//
//   Pool pool(2);
//   auto lane = pool.open_lane({.max_line = 16_MiB}, [](Batch&& batch) { … });
//   lane->submit(block);
//
// Lanes take turns: a worker takes one block of a lane, then one of the next lane that has any, so
// that no source keeps others waiting by the number of its blocks. A lane whose `deliver` is slow
// holds one worker up, not more: what others extract of that lane meanwhile waits for that one.
//
// Running out of memory in a worker, or an exception out of `deliver`, ends the process
// (std::terminate): a block that went missing here would be lost without a word.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "penstock/core/block.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/heartbeat.hpp"
#include "penstock/extract/lane_options.hpp"

namespace penstock::extract {

// One source's way through the pool: sealed blocks in, batches out in the order of the blocks.
class Lane {
 public:
  // Waits until all that was submitted has been delivered. Not to be called from `deliver`.
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // From one thread. Never blocks: it is the caller who keeps to limits::blocks_per_worker ×
  // workers blocks in flight. The block's bytes must stay until its batch is done with.
  void submit(const Block& block);

  // Blocks submitted and not yet given to `deliver`. A block is counted off just before its call,
  // so that whoever is woken by that call sees the room. From any thread.
  std::size_t in_flight() const;

 private:
  friend class Pool;
  struct State;
  explicit Lane(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Pool {
 public:
  // Called from workers, in the order of submission, for one lane never twice at a time.
  using Deliver = std::function<void(Batch&&)>;

  explicit Pool(std::size_t workers);  // at least 1
  ~Pool();                             // precondition: no lane is left
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // From any thread.
  std::unique_ptr<Lane> open_lane(const LaneOptions& options, Deliver deliver);

  std::size_t workers() const { return workers_.size(); }
  // One a worker; at rest while it has no block.
  const std::vector<Heartbeat>& loops() const { return loops_; }

 private:
  friend class Lane;
  class Queue;
  std::unique_ptr<Queue> queue_;
  std::vector<Heartbeat> loops_;
  std::vector<std::jthread> workers_;
};

}  // namespace penstock::extract
