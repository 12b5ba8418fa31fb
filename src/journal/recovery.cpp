#include "journal/recovery.hpp"

#include <algorithm>
#include <optional>

#include "penstock/journal/block_format.hpp"

namespace penstock::journal {
namespace {

void count(Recovered& found, const FoundBlock& next, std::size_t size) noexcept {
  // A file can be cut off in the padding.
  found.end = std::min(next.offset + block_footprint(next.block.bytes.size()), size);
  found.first = found.first.value == 0 ? next.block.sequence : found.first;
  found.last = next.block.sequence;
  found.last_session = std::max(found.last_session, next.block.session);
  found.data_bytes += next.block.bytes.size();
}

// The open block at the front, if it was written in this boot, is where the process that wrote it
// stood: what is behind is from earlier uses of the segment. Its session ended with the process, so
// an unfinished line is sealed as the session's last.
std::optional<Block> sealed_open_block(std::span<char> rest, JournalId journal,
                                       std::uint64_t boot) noexcept {
  const auto open = read_open_block(rest, journal, boot);
  if (!open) {
    return std::nullopt;
  }
  const Block block{.sequence = open->sequence,
                    .channel = open->channel,
                    .session = open->session,
                    .kind = open->oversized > 0 ? BlockKind::oversized_line : BlockKind::lines,
                    .received_at = open->received_at,
                    .bytes = {rest.data() + block_header_size, open->filled},
                    .original_size = open->oversized > 0 ? open->oversized : open->filled};
  write_block_header(block, HeaderSpan(rest.data(), block_header_size), journal);
  return block;
}

}  // namespace

Recovered recover_blocks(std::span<char> segment, JournalId journal, std::uint64_t boot,
                         BlockSequence after) noexcept {
  Recovered found;
  BlockSequence last;
  for (std::size_t offset = 0; offset < segment.size();) {
    finish_sealing(segment.subspan(offset), journal);
    if (const auto open = sealed_open_block(segment.subspan(offset), journal, boot)) {
      if (open->sequence > std::max(last, after)) {
        count(found, {offset, *open}, segment.size());
      }
      break;
    }
    const auto next = find_block(segment, offset, last, journal);
    if (!next) {
      break;
    }
    last = next->block.sequence;
    if (last > after) {
      found.damaged = found.damaged || next->offset != offset;
      count(found, *next, segment.size());
    }
    offset = next->offset + block_footprint(next->block.bytes.size());
  }
  if (found.end == 0) {
    // Where a use of the segment begins no byte of a remote stands, so what looks like a block is
    // one.
    const auto first = read_block(segment, BlockCheck::structure);
    found.damaged = first && first->sequence > after;
  }
  return found;
}

}  // namespace penstock::journal
