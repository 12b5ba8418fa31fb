// What becomes of sealed blocks: they are read, released and flushed.
#include <algorithm>
#include <cassert>

#include "journal/segment.hpp"
#include "penstock/journal/block_format.hpp"
#include "penstock/journal/ring.hpp"

namespace penstock::journal {

std::optional<Block> Ring::take(Cursor& cursor) const {
  while (cursor.segment < placed_.size()) {
    const Placed& placed = placed_[cursor.segment];
    placed.segment->map();
    if (cursor.offset < placed.recovered_end) {
      // Between these there may be some that can't be read.
      const auto found = find_block(placed.segment->bytes().first(placed.recovered_end),
                                    cursor.offset, cursor.last, store_.journal());
      if (!found) {
        cursor.offset = placed.recovered_end;  // it went bad since
        continue;
      }
      Block block = found->block;
      block.recovered = true;
      cursor.offset = found->offset + block_footprint(block.bytes.size());
      cursor.last = block.sequence;
      return block;
    }
    if (cursor.offset < placed.sealed_end) {
      auto block = read_block(placed.segment->from(cursor.offset), BlockCheck::structure);
      assert(block);
      cursor.offset += block_footprint(block->bytes.size());
      cursor.last = block->sequence;
      return block;
    }
    if (cursor.segment + 1 == placed_.size()) {
      break;
    }
    cursor = {cursor.segment + 1, 0, cursor.last};
  }
  return std::nullopt;
}

std::optional<Block> Ring::next() {
  const std::size_t before = unread_.segment;
  auto block = take(unread_);
  if (unread_.segment != before) {
    unmap_unused();
  }
  return block;
}

bool Ring::has_unread() const noexcept {
  const auto ends_behind = [&](std::size_t segment, std::size_t offset) {
    return segment < placed_.size() && offset < placed_[segment].sealed_end;
  };
  return !carry_.empty() || !marks_.empty() || ends_behind(unread_.segment, unread_.offset) ||
         ends_behind(unread_.segment + 1, 0);
}

void Ring::release(BlockSequence up_to) {
  for (Cursor cursor = unreleased_; cursor.last < unread_.last;) {
    const auto block = take(cursor);
    if (!block || block->sequence > up_to) {
      break;
    }
    sealed_bytes_ -= block->bytes.size();
    placed_[cursor.segment].data_bytes -= block->bytes.size();
    unreleased_ = cursor;
  }
  store_.released(unreleased_.last);
  while (!placed_.empty()) {
    const bool holds_open_block = open_ && placed_.size() == 1;
    const bool all_released =
        unreleased_.segment > 0 || unreleased_.offset == placed_.front().sealed_end;
    if (holds_open_block || !all_released) {
      break;
    }
    sealed_bytes_ -= placed_.front().data_bytes;  // of recovered ones that were passed over
    store_.give_back(std::move(placed_.front().segment));
    placed_.pop_front();
    for (Cursor* cursor : {&unread_, &unreleased_}) {
      *cursor = cursor->segment > 0 ? Cursor{cursor->segment - 1, cursor->offset, cursor->last}
                                    : Cursor{0, 0, cursor->last};
    }
  }
}

// A clock that was set back must not put it off.
bool Ring::is_due(WallTime received, WallTime now) const noexcept {
  return received + options_.sync_interval / 2 <= now || received > now;
}

// Of what Kafka has no answer of.
bool Ring::has_due(std::size_t segment, WallTime now) const {
  const Placed& placed = placed_[segment];
  std::size_t from = placed.flushed_end;
  if (segment < unreleased_.segment) {
    return false;
  }
  if (segment == unreleased_.segment) {
    from = std::max(from, unreleased_.offset);
  }
  if (from >= placed.sealed_end) {
    return false;
  }
  if (from < placed.recovered_end || !placed.segment->is_mapped()) {
    return true;
  }
  return is_due(read_block(placed.segment->from(from), BlockCheck::structure)->received_at, now);
}

std::vector<std::shared_ptr<SegmentFile>> Ring::take_unflushed(WallTime now) {
  if (has_unsealed_lines() && is_due(open_since_, now)) {
    seal();
  }
  std::vector<std::shared_ptr<SegmentFile>> files;
  for (std::size_t i = 0; i < placed_.size(); ++i) {
    if (has_due(i, now)) {
      placed_[i].flushed_end = placed_[i].sealed_end;
      files.push_back(placed_[i].segment->file());
    }
  }
  unmap_unused();
  return files;
}

// What is neither received into, nor in parsing, nor in flight.
void Ring::unmap_unused() {
  for (std::size_t i = 0; i + 1 < placed_.size(); ++i) {
    if (i < unreleased_.segment || i > unread_.segment) {
      const bool flushed =
          options_.sync_interval == Duration{0} || placed_[i].flushed_end == placed_[i].sealed_end;
      placed_[i].segment->unmap(!flushed);
    }
  }
}

}  // namespace penstock::journal
