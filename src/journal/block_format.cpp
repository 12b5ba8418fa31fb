#include "penstock/journal/block_format.hpp"

#include <array>
#include <bit>
#include <cstring>
#if defined(__SSE4_2__)
#include <nmmintrin.h>
#endif

namespace penstock::journal {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the format is written as it lies in memory");

constexpr std::size_t crc_offset = 60;

template <class T>
void put(std::span<char, block_header_size> header, std::size_t offset, T value) noexcept {
  std::memcpy(header.data() + offset, &value, sizeof value);
}

template <class T>
T get(std::span<const char> header, std::size_t offset) noexcept {
  T value{};
  std::memcpy(&value, header.data() + offset, sizeof value);
  return value;
}

#if !defined(__SSE4_2__)
constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ ((value & 1) != 0 ? 0x82f63b78u : 0u);
    }
    table[i] = value;
  }
  return table;
}
#endif

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) noexcept {
  const char* p = bytes.data();
  std::size_t left = bytes.size();
#if defined(__SSE4_2__)
  std::uint64_t state = ~crc;
  for (; left >= 8; p += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, sizeof word);
    state = _mm_crc32_u64(state, word);
  }
  auto low = static_cast<std::uint32_t>(state);
  for (; left > 0; ++p, --left) {
    low = _mm_crc32_u8(low, static_cast<std::uint8_t>(*p));
  }
  return ~low;
#else
  static constexpr auto table = make_crc_table();
  std::uint32_t state = ~crc;
  for (; left > 0; ++p, --left) {
    state = table[(state ^ static_cast<std::uint8_t>(*p)) & 0xff] ^ (state >> 8);
  }
  return ~state;
#endif
}

void write_block_header(const Block& block, std::span<char, block_header_size> header) noexcept {
  std::memset(header.data(), 0, header.size());
  put(header, 0, block_magic);
  put(header, 4, block_version);
  put(header, 6, block.kind);
  put(header, 7, block.cause);
  put(header, 8, block.sequence.value);
  put(header, 16, block.channel.value);
  put(header, 24, block.session.value);
  put(header, 32, std::int64_t{block.received_at.time_since_epoch().count()});
  put(header, 40, block.original_size);
  put(header, 48, std::uint64_t{block.bytes.size()});
  const std::string_view covered(header.data(), crc_offset);
  put(header, crc_offset, crc32c(block.bytes, crc32c(covered)));
}

std::optional<Block> read_block(std::span<const char> segment, BlockCheck check) noexcept {
  if (segment.size() < block_header_size || get<std::uint32_t>(segment, 0) != block_magic ||
      get<std::uint16_t>(segment, 4) != block_version) {
    return std::nullopt;
  }
  const auto length = get<std::uint64_t>(segment, 48);
  // Not length + header > size: a damaged length could wrap around.
  if (length > segment.size() - block_header_size) {
    return std::nullopt;
  }
  const auto kind = get<std::uint8_t>(segment, 6);
  const auto cause = get<std::uint8_t>(segment, 7);
  if (kind > static_cast<std::uint8_t>(BlockKind::session_closed) || cause >= disconnect_causes) {
    return std::nullopt;
  }
  Block block;
  block.cause = static_cast<DisconnectCause>(cause);
  block.kind = static_cast<BlockKind>(kind);
  block.sequence.value = get<std::uint64_t>(segment, 8);
  block.channel.value = get<std::uint64_t>(segment, 16);
  block.session.value = get<std::uint64_t>(segment, 24);
  block.received_at = WallTime(std::chrono::milliseconds(get<std::int64_t>(segment, 32)));
  block.original_size = get<std::uint64_t>(segment, 40);
  block.bytes = std::string_view(segment.data() + block_header_size, length);
  if (check == BlockCheck::structure_and_crc) {
    const std::string_view covered(segment.data(), crc_offset);
    if (get<std::uint32_t>(segment, crc_offset) != crc32c(block.bytes, crc32c(covered))) {
      return std::nullopt;
    }
  }
  return block;
}

}  // namespace penstock::journal
