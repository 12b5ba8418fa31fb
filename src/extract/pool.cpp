#include "penstock/extract/pool.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "extract/extractor.hpp"
#include "extract/reorder_buffer.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/thread_name.hpp"

namespace penstock::extract {
namespace {

constexpr std::size_t first_bytes_per_event = 512;  // until a lane knows better

}  // namespace

// Blocks that wait for a worker. Guarded by one lock, which is held to put or take one.
class Pool::Queue {
 public:
  struct Waiting {
    std::uint64_t number;  // counts what was submitted to the lane
    Block block;
  };
  struct Task {
    Lane::State* lane;
    Waiting what;
  };

  void push(Lane::State& lane, const Block& block);
  // Waits for a block; nothing once the queue is closed and empty.
  std::optional<Task> pop();
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Lane::State*> turns_;  // the lanes with waiting blocks, each once
  bool closed_ = false;
};

struct Lane::State {
  State(Pool::Queue& q, const LaneOptions& o, Pool::Deliver d)
      : queue(q), options(o), deliver(std::move(d)) {}

  void extract(Extractor& extractor, const Pool::Queue::Waiting& what);
  void finished(std::uint64_t number, Batch&& batch);

  Pool::Queue& queue;
  const LaneOptions options;
  const Pool::Deliver deliver;
  std::deque<Pool::Queue::Waiting> waiting;  // these two are guarded by the queue's lock
  std::uint64_t submitted = 0;
  // A hint alone: each worker leaves what its last block had.
  std::atomic<std::size_t> bytes_per_event{first_bytes_per_event};

  mutable std::mutex mutex;  // guards all below
  std::condition_variable idle;
  ReorderBuffer<Batch> done;
  std::size_t in_flight = 0;
  bool delivering = false;  // a worker is at it, and will deliver all that is ready
};

void Pool::Queue::push(Lane::State& lane, const Block& block) {
  {
    const std::lock_guard lock(mutex_);
    if (lane.waiting.empty()) {
      turns_.push_back(&lane);
    }
    lane.waiting.push_back({lane.submitted++, block});
  }
  changed_.notify_one();
}

std::optional<Pool::Queue::Task> Pool::Queue::pop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || !turns_.empty(); });
  if (turns_.empty()) {
    return std::nullopt;
  }
  Lane::State* const lane = turns_.front();
  turns_.pop_front();
  Task task{lane, lane->waiting.front()};
  lane->waiting.pop_front();
  if (!lane->waiting.empty()) {
    turns_.push_back(lane);
  }
  return task;
}

void Pool::Queue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

void Lane::State::extract(Extractor& extractor, const Pool::Queue::Waiting& what) {
  const Block& block = what.block;
  const std::size_t size = block.bytes.size();
  // A block is sealed once it is full: one much longer is so by its last line alone.
  const std::size_t usual = std::min(size, std::size_t{2 * limits::block_size.count});
  const std::size_t expected = usual / bytes_per_event.load(std::memory_order_relaxed);
  Batch batch = extractor.extract(block, options, expected + expected / 8 + 1);
  if (!batch.events.empty()) {
    // Of smaller ones than are known, what is reserved would be a multiple of the block.
    bytes_per_event.store(std::max(size / batch.events.size(), sizeof(Event)),
                          std::memory_order_relaxed);
  }
  finished(what.number, std::move(batch));
}

void Lane::State::finished(std::uint64_t number, Batch&& batch) {
  std::unique_lock lock(mutex);
  done.insert(number, std::move(batch));
  if (delivering) {
    return;
  }
  delivering = true;
  while (std::optional<Batch> next = done.take_next()) {
    --in_flight;
    lock.unlock();
    deliver(std::move(*next));
    lock.lock();
  }
  delivering = false;
  idle.notify_all();  // under the lock: the lane may be gone right behind it
}

Lane::Lane(std::unique_ptr<State> state) : state_(std::move(state)) {}

Lane::~Lane() {
  std::unique_lock lock(state_->mutex);
  state_->idle.wait(lock, [&] { return state_->in_flight == 0 && !state_->delivering; });
}

void Lane::submit(const Block& block) {
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->in_flight;
  }
  state_->queue.push(*state_, block);
}

std::size_t Lane::in_flight() const {
  const std::lock_guard lock(state_->mutex);
  return state_->in_flight;
}

Pool::Pool(std::size_t workers) : queue_(std::make_unique<Queue>()), loops_(workers) {
  workers_.reserve(workers);
  for (Heartbeat& loop : loops_) {
    workers_.emplace_back([queue = queue_.get(), &loop] {
      name_this_thread("extract");
      Extractor extractor;
      while (const auto task = queue->pop()) {
        loop.beat(monotonic_now());
        task->lane->extract(extractor, task->what);
        loop.rest();
      }
    });
  }
}

Pool::~Pool() { queue_->close(); }

std::unique_ptr<Lane> Pool::open_lane(const LaneOptions& options, Deliver deliver) {
  return std::unique_ptr<Lane>(
      new Lane(std::make_unique<Lane::State>(*queue_, options, std::move(deliver))));
}

}  // namespace penstock::extract
