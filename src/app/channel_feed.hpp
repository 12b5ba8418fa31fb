// The way of a channel's bytes from the socket to its batches: ring, then lane.
//
//   bytes ──► Ring ──block──► Lane ──batch──► push          released() frees what was committed
//
// A source has one for its live sessions, and one for each replay. Lives on the I/O thread; a
// worker of the pool calls `push`.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "app/read_ahead.hpp"
#include "penstock/core/byte_sink.hpp"
#include "penstock/core/commit_beat.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/core/units.hpp"
#include "penstock/extract/pool.hpp"
#include "penstock/jobs/replay_gate.hpp"
#include "penstock/journal/flusher.hpp"
#include "penstock/journal/ring.hpp"

namespace penstock::app {

// Batches that are done with, up to a block.
struct Released {
  BlockSequence up_to;
  std::uint64_t blocks = 0, lines = 0, bytes = 0;
};

struct FeedOptions {
  journal::RingOptions ring;
  CommitBeat beat;
  std::unique_ptr<journal::SegmentStore> segments;
  ChannelKind kind = ChannelKind::live;
  bool has_ledger = false;
  // Extracted and not yet committed: no more blocks are extracted above.
  std::size_t max_lines = 0;
  Bytes max_bytes;
  // Called on another thread, where the journal can't be flushed (journal/flusher.hpp).
  std::function<void(const Error&)> flush_failed = {};
};

class ChannelFeed final : public ByteSink {
 public:
  // `push` is called on a worker, in the order of the blocks. `moved` is called on the I/O thread
  // after something went on: bytes came, batches were pushed, blocks were released.
  ChannelFeed(boost::asio::io_context& io, extract::Pool& pool, FeedOptions options,
              std::function<void(Batch&&)> push, std::function<void()> moved);

  // ByteSink
  std::span<char> writable() override;
  bool is_ahead() override;
  void received(std::size_t count) override;

  // What was recovered is extracted.
  void begin();
  void open(ChannelId channel, SessionId session);
  void close(DisconnectCause cause);
  // So many of the channel's batches, in their order, are committed.
  void released(const Released& released);
  // Sessions are counted on from here.
  SessionId last_recovered_session() const { return ring_.last_recovered_session(); }
  // No more bytes will come: what waits for room needs no other occasion.
  void finish();
  // What wasn't extracted yet needn't be.
  void abandon() { abandoned_ = true; }

  // Of the publisher's commits: blocks are ready for them.
  const CommitBeat& beat() const { return options_.beat; }
  void set_beat(const CommitBeat& beat) { options_.beat = beat; }

  // Nothing more will be received or released: what isn't committed is flushed now.
  void end_flushing();

  // All that was received was pushed, or needn't be.
  bool idle() const {
    return (abandoned_ || !ring_.has_unread()) && submitted_ == delivered_.load();
  }
  // And committed.
  bool empty() const { return idle() && released_ == submitted_; }
  // There is room, or so much again that reading may go on.
  bool has_room();
  // Every second: where there was none, the disk may have some again.
  void look_for_room();
  // For the gate that holds replays back, of the feed of live sessions.
  jobs::LiveChannel live(MonotonicTime now, WallTime wall);
  Bytes used() const { return ring_.used(); }
  Bytes capacity() const { return ring_.capacity(); }

 private:
  void look(MonotonicTime now, WallTime wall);
  void tell_ring_of_clock();
  void feed();
  void submit_sealed(std::optional<MonotonicTime> last_before);
  void deliver(Batch&& batch);  // on a worker
  void arm_seal_timer();
  void arm_flush_timer();

  boost::asio::io_context& io_;
  FeedOptions options_;  // the segments among them
  std::function<void(Batch&&)> push_;
  std::function<void()> moved_;
  std::size_t max_in_flight_;  // blocks given to the pool
  journal::Ring ring_;
  boost::asio::steady_timer seal_timer_;
  bool seal_timer_armed_ = false;
  bool seal_due_ = false;
  std::optional<MonotonicTime> seal_tick_;     // that the next block sealed for its age is for
  std::unique_ptr<journal::Flusher> flusher_;  // none: nothing is flushed
  boost::asio::steady_timer flush_timer_;
  bool flushing_ = true;
  bool caught_up_ = true;  // every sealed block was given to the pool
  bool finished_ = false;
  bool abandoned_ = false;
  bool waiting_ = false;  // for room, since writable() gave none
  jobs::HeldBack held_back_;
  ReadAhead read_ahead_;
  std::uint64_t submitted_ = 0;  // blocks
  std::uint64_t released_ = 0;   // blocks

  // Written by workers and the I/O thread.
  std::atomic<std::uint64_t> delivered_{0};       // blocks
  std::atomic<std::uint64_t> last_delivered_{0};  // its sequence
  std::atomic<std::uint64_t> lines_{0};           // extracted and not yet committed
  std::atomic<std::uint64_t> bytes_{0};

  // shared: with the tasks that a worker posts, which may come when the feed is gone
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<extract::Lane> lane_;  // last: its end waits for the workers
};

}  // namespace penstock::app
