// The bytes of blocks in a segment (docs/journal-format.md). Pure.
//
// Little-endian, each block at a multiple of 64 bytes from the start of the segment. A sealed one:
//
//   offset  size
//        0     4  magic "PSB1"
//        4     2  version
//        6     1  kind (BlockKind)
//        7     1  cause (DisconnectCause), of a session's end; else 0
//        8     8  sequence: the predecessor's + 1; a process's first: first_block_of()
//       16     8  channel
//       24     8  session
//       32     8  received_at, milliseconds since 1970
//       40     8  original_size, bytes (of an oversized line; else the length)
//       48     8  length of the data, bytes
//       56     4  CRC-32C of the journal's id (8 bytes) and the bytes 0 to 55
//       60     4  CRC-32C of the journal's id, the bytes 0 to 59 and the data
//       64        the data, then padding
//
// The open block, which bytes are received into, has "PSO1", version, sequence, channel, session
// and received_at at the same places, and
//
//        6     1  kind: lines, or an oversized line
//       40     8  of an oversized line: original_size so far
//       48     8  filled, bytes: stored after the bytes that it covers
//       60     4  CRC-32C of the journal's id, the boot (8 bytes) and the bytes 8 to 39
//
// The boot is drawn anew by each run of the machine: only in the run that it was written in is an
// open block what was received. A block is sealed in this order: filled becomes the length; the
// bytes 4 to 59; the CRC at 60; the magic. So a process may be killed anywhere: what stands there
// is an open block, a sealed one, or a sealed one with the magic of an open one.
//
// The id is in the CRCs so that bytes which a remote chose can't be taken for a block, as it is
// random and told to nobody; nor can blocks of another journal. The header has one of its own, so
// that looking for blocks among such bytes takes no longer than their number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "penstock/core/block.hpp"

namespace penstock::journal {

inline constexpr std::uint32_t block_magic = 0x31425350;  // "PSB1"
inline constexpr std::uint32_t open_magic = 0x314f5350;   // "PSO1"
inline constexpr std::uint16_t block_version = 1;
inline constexpr std::size_t block_header_size = 64;
inline constexpr std::size_t block_alignment = 64;

// From a block's start to where the next may start.
constexpr std::size_t block_footprint(std::size_t length) noexcept {
  return (block_header_size + length + block_alignment - 1) / block_alignment * block_alignment;
}

using HeaderSpan = std::span<char, block_header_size>;

// Writes the header of `block` to `header`, in the order that makes it a sealed one at once; its
// data is expected to be `block.bytes`.
void write_block_header(const Block& block, HeaderSpan header, JournalId journal = {}) noexcept;

enum class BlockCheck { structure, structure_and_crc };

// The block at the front of `segment`, whose views point into it; nothing where there is none that
// is whole and undamaged.
std::optional<Block> read_block(std::span<const char> segment, BlockCheck check,
                                JournalId journal = {}) noexcept;

struct OpenBlock {
  BlockSequence sequence;
  ChannelId channel;
  SessionId session;
  WallTime received_at;
  std::uint64_t filled = 0;
  // Bytes so far of the line that it is the beginning of; 0: it is lines.
  std::uint64_t oversized = 0;
};

void write_open_header(const OpenBlock& block, HeaderSpan header, JournalId journal,
                       std::uint64_t boot) noexcept;
// Where a process is killed, its stores up to then are there, and in their order. `oversized`: as
// in OpenBlock; what was one stays one.
void store_filled(HeaderSpan header, std::uint64_t filled, std::uint64_t oversized = 0) noexcept;
// The open block stands elsewhere now.
void wipe_open_header(HeaderSpan header) noexcept;
// The open block at the front of `segment`, if it was written in this boot.
std::optional<OpenBlock> read_open_block(std::span<const char> segment, JournalId journal,
                                         std::uint64_t boot) noexcept;
// Makes the block at the front a sealed one where only its magic is missing.
void finish_sealing(std::span<char> segment, JournalId journal) noexcept;

// The file `released`: the sequence (8 bytes), then CRC-32C of the journal's id and it. A process
// that is killed between the two leaves nothing that is believed.
inline constexpr std::size_t released_size = 12;
void write_released(BlockSequence up_to, std::span<char, released_size> file,
                    JournalId journal) noexcept;
BlockSequence read_released(std::span<const char, released_size> file,
                            JournalId journal) noexcept;  // 0: it doesn't say

struct FoundBlock {
  std::size_t offset = 0;  // in the segment
  Block block;
};
// The first undamaged sealed block at `offset` or behind it, and above `after`: what stands there
// from earlier uses of the segment is below. Skips what is damaged.
std::optional<FoundBlock> find_block(std::span<const char> segment, std::size_t offset,
                                     BlockSequence after, JournalId journal) noexcept;

}  // namespace penstock::journal
