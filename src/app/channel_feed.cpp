#include "app/channel_feed.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "app/sealing.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"

namespace penstock::app {

ChannelFeed::ChannelFeed(boost::asio::io_context& io, extract::Pool& pool, FeedOptions options,
                         std::function<void(Batch&&)> push, std::function<void()> moved)
    : io_(io),
      options_(std::move(options)),
      push_(std::move(push)),
      moved_(std::move(moved)),
      max_in_flight_(limits::blocks_per_worker * pool.workers()),
      ring_(options_.ring, *options_.segments),
      seal_timer_(io),
      flusher_(options_.ring.sync_interval == Duration{0}
                   ? nullptr
                   : std::make_unique<journal::Flusher>(options_.flush_failed)),
      flush_timer_(io),
      lane_(pool.open_lane({.max_line = options_.ring.max_line,
                            .kind = options_.kind,
                            .has_ledger = options_.has_ledger},
                           [this](Batch&& batch) { deliver(std::move(batch)); })) {}

void ChannelFeed::begin() {
  feed();
  if (flusher_) {
    arm_flush_timer();
  }
}

std::span<char> ChannelFeed::writable() {
  const auto room = ring_.writable();
  if (room.empty()) {
    waiting_ = true;
    held_back_.full(monotonic_now());
  }
  return room;
}

bool ChannelFeed::is_ahead() {
  return options_.kind == ChannelKind::live && read_ahead_.holds(ring_.used(), monotonic_now());
}

void ChannelFeed::received(std::size_t count) {
  const MonotonicTime now = monotonic_now();
  const WallTime wall = wall_now();
  look(now, wall);  // these bytes may be the first after a suspension
  held_back_.received(now);
  ring_.received(count, wall);
  feed();
}

void ChannelFeed::open(ChannelId channel, SessionId session) {
  const WallTime now = wall_now();
  held_back_.opened(monotonic_now(), now);
  tell_ring_of_clock();
  ring_.open_session(channel, session, now);
  feed();
}

void ChannelFeed::close(DisconnectCause cause) {
  const auto lost_since = held_back_.lost_since(monotonic_now(), wall_now());
  tell_ring_of_clock();
  ring_.close_session(cause, options_.kind == ChannelKind::live ? lost_since : std::nullopt);
  feed();
}

void ChannelFeed::released(const Released& released) {
  ring_.release(released.up_to);
  read_ahead_.committed(monotonic_now());
  released_ += released.blocks;
  lines_ -= released.lines;
  bytes_ -= released.bytes;
  feed();
}

void ChannelFeed::finish() {
  finished_ = true;
  feed();
}

void ChannelFeed::end_flushing() {
  flushing_ = false;  // its handler may be on its way already
  flush_timer_.cancel();
  if (flusher_) {
    flusher_->flush(ring_.take_unflushed(WallTime::max()));
  }
}

bool ChannelFeed::has_room() {
  if (waiting_) {
    // Not for every bit of room, or reading would be paused and resumed with each commit. The disk
    // may have less.
    const bool enough = ring_.used().count <= ring_.capacity().count / 4 * 3;
    waiting_ = !enough || ring_.writable().empty();
  }
  return !waiting_;
}

void ChannelFeed::look(MonotonicTime now, WallTime wall) {
  held_back_.look(now, wall);
  tell_ring_of_clock();
}

void ChannelFeed::tell_ring_of_clock() {
  if (const Duration by = held_back_.take_set_back(); by > Duration{0}) {
    ring_.clock_set_back(by);
  }
}

void ChannelFeed::look_for_room() {
  look(monotonic_now(), wall_now());
  if (waiting_) {
    held_back_.full(monotonic_now());
  }
  if (ring_.awaits_room()) {
    feed();
  } else if (waiting_) {
    moved_();
  }
}

jobs::LiveChannel ChannelFeed::live(MonotonicTime now, WallTime wall) {
  look(now, wall);  // where it stood still, there may not have been a tick since
  const bool waits =
      ring_.has_unread() || ring_.has_unsealed_lines() || submitted_ != delivered_.load();
  const BlockSequence delivered{last_delivered_.load()};
  // Before the first block of this process its last_block() is above all that there are.
  return {waits ? ring_.last_block() : delivered, delivered, held_back_.last()};
}

// Gives sealed blocks to the pool, as many as the bounds behind it allow.
void ChannelFeed::feed() {
  if (finished_) {
    ring_.finish();
  } else if (ring_.awaits_room()) {
    ring_.make_room();  // a remote that is silent asks for none
  }
  submit_sealed({});
  // While earlier blocks wait for their turn, it may as well grow.
  if (seal_due_ && caught_up_ && submitted_ == delivered_.load()) {
    seal_due_ = false;
    ring_.seal();
    submit_sealed(seal_tick_);
  }
  if (ring_.has_unsealed_lines()) {
    arm_seal_timer();
  }
  moved_();
}

void ChannelFeed::submit_sealed(std::optional<MonotonicTime> last_before) {
  caught_up_ = false;
  while (!abandoned_ && submitted_ - delivered_.load() < max_in_flight_ &&
         lines_.load() < options_.max_lines && bytes_.load() < options_.max_bytes.count) {
    auto block = ring_.next();
    if (!block) {
      caught_up_ = true;
      break;
    }
    ++submitted_;
    block->last_before = last_before;
    if (options_.kind == ChannelKind::live && !block->recovered) {
      block->backlog = held_back_.backlog();
    }
    lane_->submit(*block);
  }
}

void ChannelFeed::deliver(Batch&& batch) {
  lines_ += batch.events.size() + batch.dead_letters.size();
  bytes_ += batch.block.bytes.size();
  const BlockSequence sequence = batch.block.sequence;
  push_(std::move(batch));
  last_delivered_ = sequence.value;
  ++delivered_;
  boost::asio::post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.lock()) {
      feed();
    }
  });
}

void ChannelFeed::arm_seal_timer() {
  if (seal_timer_armed_ || seal_due_) {
    return;
  }
  seal_timer_armed_ = true;
  const Sealing sealing = sealing_of(options_.beat, monotonic_now());
  // What a replay brings may be followed by live events before the tick.
  seal_tick_ = options_.kind == ChannelKind::live ? sealing.tick : std::nullopt;
  seal_timer_.expires_at(sealing.at);
  seal_timer_.async_wait(
      [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
        if (error || !alive.lock()) {
          return;
        }
        seal_timer_armed_ = false;
        seal_due_ = true;
        feed();
      });
}

void ChannelFeed::arm_flush_timer() {
  flush_timer_.expires_after(std::max(Duration{1}, options_.ring.sync_interval / 2));
  flush_timer_.async_wait(
      [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
        if (error || !alive.lock() || !flushing_) {
          return;
        }
        flusher_->flush(ring_.take_unflushed(wall_now()));
        feed();  // what was sealed
        arm_flush_timer();
      });
}

}  // namespace penstock::app
