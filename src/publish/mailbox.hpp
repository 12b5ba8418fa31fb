// What waits for the publisher's thread: batches from the extraction pool, notes from elsewhere.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "penstock/core/event.hpp"
#include "penstock/core/time.hpp"
#include "publish/transactor.hpp"

namespace penstock::publish {

// put(), put_in_turn() and close() from any thread, the rest from the publisher's. Unbounded: the
// pipeline keeps what is on its way to limits::max_extracted_*.
class Mailbox {
 public:
  struct Taken {
    std::optional<Transactor::Item> item;
    bool closed = false;  // and empty
  };

  void put(Transactor::Item&& item) { put(queue_of(item), std::move(item)); }
  // Behind the live batches that are there.
  void put_in_turn(Note&& note) { put(live_, std::move(note)); }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_one();
  }

  // Notes first, as they are few and never wait for batches, but for those put in turn; replays
  // when nothing live waits.
  Taken take(MonotonicTime until) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [&] { return !empty() || closed_; });
    for (auto* const queue : {&notes_, &live_, &replays_}) {
      if (!queue->empty()) {
        Taken taken{std::move(queue->front()), false};
        queue->pop_front();
        return taken;
      }
    }
    return {std::nullopt, closed_};
  }

  // Closed, with no batch left. Notes don't count: what they bring is found again by the next
  // process.
  bool over() {
    const std::lock_guard lock(mutex_);
    return closed_ && no_batch();
  }

  // Waits for the time or, where `or_over`, for that. Returns whether it was that.
  bool rest(MonotonicTime until, bool or_over) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, until, [&] { return or_over && closed_ && no_batch(); });
  }

 private:
  using Queue = std::deque<Transactor::Item>;

  Queue& queue_of(const Transactor::Item& item) {
    const auto* const batch = std::get_if<Batch>(&item);
    return batch == nullptr                             ? notes_
           : batch->channel_kind == ChannelKind::replay ? replays_
                                                        : live_;
  }
  void put(Queue& queue, Transactor::Item&& item) {
    {
      const std::lock_guard lock(mutex_);
      queue.push_back(std::move(item));
    }
    changed_.notify_one();
  }
  bool no_batch() const {
    return replays_.empty() && std::ranges::none_of(live_, [](const Transactor::Item& item) {
             return std::holds_alternative<Batch>(item);
           });
  }
  bool empty() const { return notes_.empty() && live_.empty() && replays_.empty(); }

  std::mutex mutex_;
  std::condition_variable changed_;
  Queue notes_, live_, replays_;  // live_ with notes in turn
  bool closed_ = false;
};

}  // namespace penstock::publish
