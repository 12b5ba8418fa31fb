// The bytes of a sealed block in a segment. Pure.
//
// Little-endian, at a multiple of 64 bytes from the start of the segment:
//
//   offset  size
//        0     4  magic
//        4     2  version
//        6     1  kind (BlockKind)
//        7     1  cause (DisconnectCause), of a session's end; else 0
//        8     8  sequence: the predecessor's + 1
//       16     8  channel
//       24     8  session
//       32     8  received_at, milliseconds since 1970
//       40     8  original_size, bytes (of an oversized line; else the length)
//       48     8  length of the data, bytes
//       56     4  0
//       60     4  CRC-32C of the bytes 0 to 59 and of the data
//       64        the data, then one NUL that the CRC doesn't cover, then padding
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "penstock/core/block.hpp"

namespace penstock::journal {

inline constexpr std::uint32_t block_magic = 0x31425350;  // "PSB1"
inline constexpr std::uint16_t block_version = 1;
inline constexpr std::size_t block_header_size = 64;
inline constexpr std::size_t block_alignment = 64;

// CRC-32C (Castagnoli, RFC 3720 appendix B.4), of `bytes` after what `crc` covers.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0) noexcept;

// From a block's start to where the next may start.
constexpr std::size_t block_footprint(std::size_t length) noexcept {
  return (block_header_size + length + 1 + block_alignment - 1) / block_alignment * block_alignment;
}

// Writes the header of `block` to `header`; its data is expected to be `block.bytes`.
void write_block_header(const Block& block, std::span<char, block_header_size> header) noexcept;

enum class BlockCheck { structure, structure_and_crc };

// The block at the front of `segment`, whose views point into it; nothing where there is none that
// is whole and undamaged.
std::optional<Block> read_block(std::span<const char> segment, BlockCheck check) noexcept;

}  // namespace penstock::journal
