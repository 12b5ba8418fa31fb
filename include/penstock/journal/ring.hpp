// The journal of one source: received bytes wait here, as sealed blocks of whole lines, until Kafka
// has committed them.
//
// A ring of fixed segments of a store, which gives the last freed out first, so that the pages in
// use stay few and warm. It begins with what an earlier process left, as if it had been received
// just now. Only the segments between release() and next(), and the one that is received into, are
// mapped. Bytes are received in place at the tail, read in place by extraction, and sent from
// there. Used from one thread; only the bytes of sealed blocks, which never change until they are
// released, are read by others.
//
//          release()            next()                    writable()
//   ┌─────────▼────────┐  ┌────────▼─────────┐  ┌──────────────▼───┐
//   │ block │ block │  │  │ block │ block │  │  │ block │ open     │
//   └──────────────────┘  └──────────────────┘  └──────────────────┘
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "penstock/core/block.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/units.hpp"
#include "penstock/journal/line_framer.hpp"
#include "penstock/journal/segment_store.hpp"

namespace penstock::journal {

struct RingOptions {
  Bytes max_size;      // of all segments; two segments at the least
  Bytes max_line;      // events.max_size
  Bytes segment_size;  // more than a block of max_line takes, and the header of another
  Bytes block_size = limits::block_size;
  Duration sync_interval{0};  // what is longer here is flushed; 0: nothing is
};

// The size that segments have for events of up to `max_line`.
Bytes segment_size_for(Bytes max_line);

class Ring {
 public:
  // Recovers what the store holds.
  Ring(RingOptions options, SegmentStore& store);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // Receiving.

  // What is received from here on belongs to this session. A mark of it comes before its blocks.
  void open_session(ChannelId channel, SessionId session, WallTime now);
  // Seals what had no room, a mark or a line of a session that ended, and opens the next block,
  // where there is some now.
  void make_room();
  // The same, and the room for the next bytes; empty while the ring is full.
  std::span<char> writable();
  // The first `count` bytes of what writable() returned last are filled.
  void received(std::size_t count, WallTime now);
  // What is sealed next had no room.
  bool awaits_room() const noexcept { return !marks_.empty(); }
  // Seals the whole lines received so far. The unfinished line moves to the next block.
  void seal();
  // What isn't in a sealed block was received so much earlier, by the clock as it is now.
  void clock_set_back(Duration by);
  // Seals all that was received, an unfinished last line included, and a mark of the end. What the
  // session lost may be older than its last byte.
  void close_session(DisconnectCause cause, std::optional<WallTime> lost_since = std::nullopt);
  // No more will be received. Marks that have no room in a ring without a segment are dropped: of
  // what they are about nothing is here.
  void finish();
  // There are whole lines that no sealed block holds yet.
  bool has_unsealed_lines() const noexcept { return open_ && !oversized_ && framer_.whole() > 0; }

  // Reading.

  // Sealed blocks, in their order, each once.
  std::optional<Block> next();
  // next() will return more, now or once a release has made room.
  bool has_unread() const noexcept;
  // Blocks up to this one, inclusive, are needed no more. next() has returned them.
  void release(BlockSequence up_to);

  // For the flusher: files with blocks that have been here for half of sync_interval. Asked for as
  // often, so that nothing is here longer than that and not on disk. Seals what is as old.
  // shared: with the flusher
  std::vector<std::shared_ptr<SegmentFile>> take_unflushed(WallTime now);

  // The block with the last whole line received, sealed or not. What has no room isn't counted.
  BlockSequence last_block() const noexcept {
    return BlockSequence{next_sequence_.value - (has_unsealed_lines() ? 0 : 1)};
  }

  // Of the recovered blocks; 0: there are none. Sessions of this process have higher numbers.
  SessionId last_recovered_session() const noexcept { return last_recovered_session_; }

  // Figures.
  Bytes used() const noexcept;      // received and not yet released
  Bytes capacity() const noexcept;  // what used() can grow to, headers and paddings aside

 private:
  struct Placed {  // a segment in use
    std::unique_ptr<Segment> segment;
    std::uint64_t data_bytes = 0;   // of its sealed blocks, not yet released
    std::size_t sealed_end = 0;     // where the last sealed block's footprint ends
    std::size_t recovered_end = 0;  // the same of the last recovered one, 0: there is none
    std::size_t flushed_end = 0;    // up to here all was given to the flusher
  };
  struct Cursor {
    std::size_t segment = 0;  // index in placed_
    std::size_t offset = 0;
    BlockSequence last;  // passed
  };
  struct Mark {
    BlockKind kind;
    ChannelId channel;
    SessionId session;
    WallTime at;
    DisconnectCause cause;
  };
  void add_mark(const Mark& mark);
  void place_marks();
  void end_lines();
  // The sealed block at the cursor, which steps behind it.
  std::optional<Block> take(Cursor& cursor) const;
  bool is_due(WallTime received, WallTime now) const noexcept;
  bool has_due(std::size_t segment, WallTime now) const;
  void unmap_unused();

  char* open_data() noexcept;
  std::size_t open_room() const noexcept;
  bool place_segment();
  void open_block(std::string_view rest);
  void begin_block(std::string_view rest);
  void note_filled();
  void open_carried();
  void relocate_open_block();
  void seal_open(BlockKind kind, std::size_t length, std::uint64_t original_size,
                 std::string_view rest);
  void begin_oversized();
  void accept(std::string_view added);

  RingOptions options_;
  SegmentStore& store_;
  std::size_t max_segments_;
  std::deque<Placed> placed_;  // oldest first; the open block is in the last
  Cursor unread_;              // the next block for next()
  Cursor unreleased_;          // the next block for release()
  BlockSequence next_sequence_;
  SessionId last_recovered_session_;
  ChannelId channel_;
  SessionId session_;
  WallTime session_last_;  // its last byte, or its opening

  bool open_ = false;  // there is an open block
  std::size_t open_offset_ = 0;
  bool open_noted_ = false;  // its header says what it holds, for who comes after a crash
  // Of the open block's first byte. They outlive the block where its unfinished line is carried.
  ChannelId open_channel_;
  SessionId open_session_;
  WallTime open_since_;
  DisconnectCause open_cause_ = DisconnectCause::ended;  // of a mark
  WallTime last_received_;
  LineFramer framer_;
  std::optional<OversizedLine> oversized_;
  std::string carry_;               // the unfinished line while no segment is free for its block
  bool carry_closed_ = false;       // and the session that it came from has ended
  std::vector<Mark> marks_;         // that wait for room; three at most
  std::uint64_t sealed_bytes_ = 0;  // of the blocks not yet released
};

}  // namespace penstock::journal
