#include "penstock/journal/ring.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "journal/segment.hpp"
#include "penstock/journal/block_format.hpp"

namespace penstock::journal {
Bytes segment_size_for(Bytes max_line) {
  return std::max(limits::segment_size, Bytes{max_line.count + limits::segment_slack.count});
}

Ring::Ring(RingOptions options, SegmentStore& store)
    : options_(options),
      store_(store),
      max_segments_(std::max<std::size_t>(2, options.max_size.count / options.segment_size.count)),
      next_sequence_(store.first_sequence()) {
  // Behind an oversized line there is room for another block.
  assert(options.segment_size.count >
         block_footprint(options.max_line.count + 1) + block_header_size);
  unread_.last = unreleased_.last = store.last_released();
  for (RecoveredSegment& found : store.recover()) {
    sealed_bytes_ += found.blocks.data_bytes;
    last_recovered_session_ = std::max(last_recovered_session_, found.blocks.last_session);
    placed_.push_back({.segment = std::move(found.segment),
                       .data_bytes = found.blocks.data_bytes,
                       .sealed_end = found.blocks.end,
                       .recovered_end = found.blocks.end});
  }
}

Ring::~Ring() = default;

void Ring::open_session(ChannelId channel, SessionId session, WallTime now) {
  channel_ = channel;
  session_ = session;
  session_last_ = now;
  add_mark({BlockKind::session_opened, channel, session, now, DisconnectCause::ended});
}

void Ring::make_room() {
  if (!open_) {
    open_carried();
  }
  place_marks();
  if (open_ && open_room() == 0) {
    relocate_open_block();
  }
}

std::span<char> Ring::writable() {
  make_room();
  if (!open_ || !marks_.empty()) {
    return {};
  }
  return {open_data() + framer_.filled(), open_room()};
}

void Ring::received(std::size_t count, WallTime now) {
  last_received_ = now;
  session_last_ = now;
  if (framer_.filled() == 0) {
    open_channel_ = channel_;
    open_session_ = session_;
    open_since_ = now;
  }
  accept({open_data() + framer_.filled(), count});
  note_filled();
}

// After a crash of the process what the open block has is received, too.
void Ring::note_filled() {
  if (!open_ || framer_.filled() == 0 || store_.boot() == 0) {
    return;
  }
  const HeaderSpan header(placed_.back().segment->data() + open_offset_, block_header_size);
  const std::uint64_t oversized = oversized_ ? oversized_->size() : 0;
  if (std::exchange(open_noted_, true)) {
    store_filled(header, framer_.filled(), oversized);
  } else {
    write_open_header({.sequence = next_sequence_,
                       .channel = open_channel_,
                       .session = open_session_,
                       .received_at = open_since_,
                       .filled = framer_.filled(),
                       .oversized = oversized},
                      header, store_.journal(), store_.boot());
  }
}

// `added` stands where it belongs in the normal case, right behind what the open block has.
void Ring::accept(std::string_view added) {
  if (oversized_) {
    // The bytes overwrite each other behind what is kept of the line.
    const std::size_t of_line = oversized_->append(added);
    if (oversized_->ended()) {
      const std::uint64_t size = oversized_->size();
      oversized_.reset();
      seal_open(BlockKind::oversized_line, framer_.filled(), size, added.substr(of_line));
    }
    return;
  }
  framer_.append(added);
  // One more than a line may have: the last may be the first half of a line end.
  if (framer_.tail() > options_.max_line.count + 1) {
    begin_oversized();
  } else if (framer_.filled() >= options_.block_size.count) {
    seal();
  }
}

void Ring::seal() {
  if (!has_unsealed_lines()) {
    return;
  }
  const std::size_t whole = framer_.whole();
  seal_open(BlockKind::lines, whole, whole, {open_data() + whole, framer_.tail()});
}

void Ring::clock_set_back(Duration by) {
  for (WallTime* const time : {&open_since_, &session_last_, &last_received_}) {
    *time -= by;
  }
  for (Mark& mark : marks_) {
    mark.at -= by;
  }
}

void Ring::close_session(DisconnectCause cause, std::optional<WallTime> lost_since) {
  end_lines();
  add_mark({BlockKind::session_closed, channel_, session_,
            std::min(session_last_, lost_since.value_or(session_last_)), cause});
}

void Ring::finish() {
  if (!marks_.empty() || !carry_.empty()) {
    make_room();
  }
  if (placed_.empty() && carry_.empty()) {
    marks_.clear();
  }
}

void Ring::add_mark(const Mark& mark) {
  const bool ends_an_empty_session = mark.kind == BlockKind::session_closed && marks_.size() > 1 &&
                                     marks_.back().kind == BlockKind::session_opened;
  if (ends_an_empty_session) {
    marks_.pop_back();  // it came and went while there was no room: the gap before it goes on
    return;
  }
  marks_.push_back(mark);
  place_marks();
}

// Behind all that was received before them.
void Ring::place_marks() {
  std::size_t placed = 0;
  for (; placed < marks_.size() && carry_.empty(); ++placed) {
    if (!open_) {
      open_block({});
    }
    if (!open_) {
      break;
    }
    const Mark& mark = marks_[placed];
    open_channel_ = mark.channel;
    open_session_ = mark.session;
    open_since_ = mark.at;
    open_cause_ = mark.cause;
    seal_open(mark.kind, 0, 0, {});
    open_cause_ = DisconnectCause::ended;
  }
  marks_.erase(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(placed));
}

// The session's last line, whole or not, is sealed.
void Ring::end_lines() {
  if (!open_) {
    carry_closed_ = !carry_.empty();
  } else if (oversized_) {
    const std::uint64_t size = oversized_->size();
    oversized_.reset();
    seal_open(BlockKind::oversized_line, framer_.filled(), size, {});
  } else if (framer_.filled() > 0) {
    seal_open(BlockKind::lines, framer_.filled(), framer_.filled(), {});
  }
}

Bytes Ring::used() const noexcept {
  return Bytes{sealed_bytes_ + (open_ ? framer_.filled() : carry_.size())};
}

Bytes Ring::capacity() const noexcept { return Bytes{max_segments_ * options_.segment_size.count}; }

char* Ring::open_data() noexcept {
  return placed_.back().segment->data() + open_offset_ + block_header_size;
}

std::size_t Ring::open_room() const noexcept {
  // What follows an oversized line has to have room in a block of its own.
  const std::size_t begin =
      open_offset_ + (oversized_ ? block_footprint(framer_.filled()) : framer_.filled());
  const std::size_t size = placed_.back().segment->size();
  return size - std::min(size, begin + block_header_size);
}

bool Ring::place_segment() {
  if (placed_.size() >= max_segments_) {
    return false;
  }
  std::unique_ptr<Segment> segment = store_.take();
  if (!segment) {
    return false;
  }
  placed_.push_back({.segment = std::move(segment)});
  placed_.back().segment->map();
  return true;
}

// Opens a block that begins with `rest`: behind the last sealed one where a block of common size
// fits, else in another segment. Where there is none, the ring is without an open block.
void Ring::open_block(std::string_view rest) {
  const std::size_t wanted = block_header_size + rest.size() + options_.block_size.count;
  const bool fits =
      !placed_.empty() && placed_.back().sealed_end + wanted <= placed_.back().segment->size();
  if (fits || place_segment()) {
    begin_block(rest);
  } else {
    open_ = false;
  }
}

void Ring::begin_block(std::string_view rest) {
  open_ = true;
  placed_.back().segment->map();  // a recovered one isn't
  open_offset_ = placed_.back().sealed_end;
  open_noted_ = false;
  if (!rest.empty()) {
    std::memmove(open_data(), rest.data(), rest.size());
  }
  framer_.restart(rest.size());
}

// Opens a block after the ring was full, with the line that had no place then.
void Ring::open_carried() {
  open_block(carry_);
  if (!open_) {
    return;
  }
  const std::size_t carried = std::exchange(carry_, {}).size();
  if (!oversized_) {
    framer_.restart(0);
    accept({open_data(), carried});
  }
  note_filled();
  if (std::exchange(carry_closed_, false)) {
    end_lines();
    if (!open_) {
      open_carried();
    }
  }
}

// The segment has no room left for the line that the open block ends with.
void Ring::relocate_open_block() {
  if (framer_.whole() > 0) {
    seal();
    return;
  }
  char* const old = open_data();
  if (place_segment()) {
    open_offset_ = 0;
    open_noted_ = false;
    std::memcpy(open_data(), old, framer_.filled());
    note_filled();  // whoever is killed now leaves it twice: recovery knows that
    wipe_open_header(HeaderSpan(old - block_header_size, block_header_size));
    unmap_unused();
  }
}

// Makes the open block a sealed one of its first `length` bytes; `rest` begins the next.
void Ring::seal_open(BlockKind kind, std::size_t length, std::uint64_t original_size,
                     std::string_view rest) {
  Placed& placed = placed_.back();
  char* const start = placed.segment->data() + open_offset_;
  const Block block{.sequence = next_sequence_,
                    .channel = open_channel_,
                    .session = open_session_,
                    .kind = kind,
                    .received_at = open_since_,
                    .bytes = {start + block_header_size, length},
                    .original_size = original_size,
                    .cause = open_cause_};
  const HeaderSpan header(start, block_header_size);
  if (open_noted_) {
    store_filled(header, length);  // what stands behind it is about to move
  }
  next_sequence_ = next_sequence_.next();
  sealed_bytes_ += length;
  placed.data_bytes += length;
  placed.sealed_end = open_offset_ + block_footprint(length);
  open_since_ = last_received_;

  // The rest stands where the next block's header goes: it moves first.
  const std::size_t rest_size = rest.size();
  framer_.restart(0);
  open_block(rest);
  if (!open_ && rest_size > 0 && kind == BlockKind::oversized_line) {
    begin_block(rest);  // there may be whole lines in it: open_room() has kept their place
  } else if (!open_) {
    carry_.assign(rest);
  }
  write_block_header(block, header, store_.journal());
  if (&placed != &placed_.back()) {
    unmap_unused();
  }
  if (open_ && rest_size > 0 && kind == BlockKind::oversized_line) {
    // What followed the oversized line was not looked at yet.
    framer_.restart(0);
    accept({open_data(), rest_size});
  }
  note_filled();  // of what moved
}

// The unfinished line is larger than an event may be: only its beginning is kept.
void Ring::begin_oversized() {
  const std::size_t whole = framer_.whole();
  const std::string_view line(open_data() + whole, framer_.tail());
  const std::string_view kept =
      line.substr(0, std::min(limits::oversized_kept.count, options_.max_line.count));
  oversized_.emplace(line);
  if (whole > 0) {
    seal_open(BlockKind::lines, whole, whole, kept);
  } else {
    framer_.restart(kept.size());
  }
}

}  // namespace penstock::journal
