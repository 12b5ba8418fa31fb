#include "penstock/journal/block_format.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cstring>

#include "penstock/journal/crc32c.hpp"

namespace penstock::journal {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the format is written as it lies in memory");

constexpr std::size_t kind_offset = 6;
constexpr std::size_t original_size_offset = 40;
constexpr std::size_t filled_offset = 48;
constexpr std::size_t header_crc_offset = 56;
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

std::uint32_t crc_of(JournalId journal, std::string_view header, std::string_view data) noexcept {
  std::array<char, sizeof journal.value> id{};
  std::memcpy(id.data(), &journal.value, id.size());
  return crc32c(data, crc32c(header, crc32c({id.data(), id.size()})));
}

std::uint32_t open_crc(std::span<const char> header, JournalId journal,
                       std::uint64_t boot) noexcept {
  std::array<char, sizeof boot> run{};
  std::memcpy(run.data(), &boot, run.size());
  return crc_of(journal, {run.data(), run.size()}, {header.data() + 8, 32});
}

// Of this thread's stores none is moved across by the compiler. A processor's own are in order for
// whoever reads the page when the process is gone.
void in_order() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }

bool is_undamaged(std::span<const char> header, const Block& block, JournalId journal) noexcept {
  return get<std::uint32_t>(header, header_crc_offset) ==
             crc_of(journal, {header.data(), header_crc_offset}, {}) &&
         get<std::uint32_t>(header, crc_offset) ==
             crc_of(journal, {header.data(), crc_offset}, block.bytes);
}

bool has_magic(std::span<const char> segment, std::uint32_t magic) noexcept {
  return segment.size() >= block_header_size && get<std::uint32_t>(segment, 0) == magic &&
         get<std::uint16_t>(segment, 4) == block_version;
}

// The block that `header` begins, and `behind` goes on with. The magic isn't looked at.
std::optional<Block> read_sealed(std::span<const char> header, std::span<const char> behind,
                                 BlockCheck check, JournalId journal) noexcept {
  const auto length = get<std::uint64_t>(header, 48);
  if (length > behind.size()) {
    return std::nullopt;
  }
  const auto kind = get<std::uint8_t>(header, kind_offset);
  const auto cause = get<std::uint8_t>(header, 7);
  if (kind > static_cast<std::uint8_t>(BlockKind::session_closed) || cause >= disconnect_causes) {
    return std::nullopt;
  }
  Block block;
  block.cause = static_cast<DisconnectCause>(cause);
  block.kind = static_cast<BlockKind>(kind);
  block.sequence.value = get<std::uint64_t>(header, 8);
  block.channel.value = get<std::uint64_t>(header, 16);
  block.session.value = get<std::uint64_t>(header, 24);
  block.received_at = WallTime(std::chrono::milliseconds(get<std::int64_t>(header, 32)));
  block.original_size = get<std::uint64_t>(header, original_size_offset);
  block.bytes = std::string_view(behind.data(), length);
  if (check == BlockCheck::structure_and_crc && !is_undamaged(header, block, journal)) {
    return std::nullopt;
  }
  return block;
}

}  // namespace

void write_block_header(const Block& block, HeaderSpan header, JournalId journal) noexcept {
  std::array<char, block_header_size> draft{};
  const HeaderSpan sealed(draft);
  put(sealed, 0, block_magic);
  put(sealed, 4, block_version);
  put(sealed, kind_offset, block.kind);
  put(sealed, 7, block.cause);
  put(sealed, 8, block.sequence.value);
  put(sealed, 16, block.channel.value);
  put(sealed, 24, block.session.value);
  put(sealed, 32, std::int64_t{block.received_at.time_since_epoch().count()});
  put(sealed, original_size_offset, block.original_size);
  put(sealed, 48, std::uint64_t{block.bytes.size()});
  put(sealed, header_crc_offset, crc_of(journal, {draft.data(), header_crc_offset}, {}));
  put(sealed, crc_offset, crc_of(journal, {draft.data(), crc_offset}, block.bytes));
  std::memcpy(header.data() + 4, draft.data() + 4, crc_offset - 4);
  in_order();
  std::memcpy(header.data() + crc_offset, draft.data() + crc_offset, 4);
  in_order();
  put(header, 0, block_magic);
}

std::optional<Block> read_block(std::span<const char> segment, BlockCheck check,
                                JournalId journal) noexcept {
  if (!has_magic(segment, block_magic)) {
    return std::nullopt;
  }
  return read_sealed(segment.first(block_header_size), segment.subspan(block_header_size), check,
                     journal);
}

void write_open_header(const OpenBlock& block, HeaderSpan header, JournalId journal,
                       std::uint64_t boot) noexcept {
  std::memset(header.data(), 0, header.size());
  put(header, 4, block_version);
  put(header, 8, block.sequence.value);
  put(header, 16, block.channel.value);
  put(header, 24, block.session.value);
  put(header, 32, std::int64_t{block.received_at.time_since_epoch().count()});
  store_filled(header, block.filled, block.oversized);
  put(header, crc_offset, open_crc(header, journal, boot));
  in_order();
  put(header, 0, open_magic);
}

// What it is comes first: the beginning of a line alone could be taken for an event.
void store_filled(HeaderSpan header, std::uint64_t filled, std::uint64_t oversized) noexcept {
  in_order();
  if (oversized > 0) {
    put(header, original_size_offset, oversized);
    in_order();
    put(header, kind_offset, BlockKind::oversized_line);
    in_order();
  }
  put(header, filled_offset, filled);
  in_order();
}

void wipe_open_header(HeaderSpan header) noexcept {
  in_order();
  put(header, 0, std::uint32_t{0});
}

std::optional<OpenBlock> read_open_block(std::span<const char> segment, JournalId journal,
                                         std::uint64_t boot) noexcept {
  if (!has_magic(segment, open_magic) ||
      get<std::uint32_t>(segment, crc_offset) != open_crc(segment, journal, boot)) {
    return std::nullopt;
  }
  const auto filled = get<std::uint64_t>(segment, filled_offset);
  if (filled > segment.size() - block_header_size) {
    return std::nullopt;
  }
  const bool is_oversized = get<BlockKind>(segment, kind_offset) == BlockKind::oversized_line;
  return OpenBlock{
      .sequence = {get<std::uint64_t>(segment, 8)},
      .channel = {get<std::uint64_t>(segment, 16)},
      .session = {get<std::uint64_t>(segment, 24)},
      .received_at = WallTime(std::chrono::milliseconds(get<std::int64_t>(segment, 32))),
      .filled = filled,
      .oversized = is_oversized ? get<std::uint64_t>(segment, original_size_offset) : 0};
}

void finish_sealing(std::span<char> segment, JournalId journal) noexcept {
  if (!has_magic(segment, open_magic)) {
    return;
  }
  // Not tried in its place: a process that is killed then would leave a magic that isn't true.
  std::array<char, block_header_size> sealed{};
  std::memcpy(sealed.data(), segment.data(), sealed.size());
  put(HeaderSpan(sealed), 0, block_magic);
  if (read_sealed(sealed, segment.subspan(block_header_size), BlockCheck::structure_and_crc,
                  journal)) {
    put(segment.first<block_header_size>(), 0, block_magic);
  }
}

void write_released(BlockSequence up_to, std::span<char, released_size> file,
                    JournalId journal) noexcept {
  std::memcpy(file.data(), &up_to.value, sizeof up_to.value);
  const std::uint32_t crc = crc_of(journal, {file.data(), sizeof up_to.value}, {});
  std::memcpy(file.data() + sizeof up_to.value, &crc, sizeof crc);
}

BlockSequence read_released(std::span<const char, released_size> file, JournalId journal) noexcept {
  BlockSequence up_to;
  std::memcpy(&up_to.value, file.data(), sizeof up_to.value);
  return get<std::uint32_t>(file, sizeof up_to.value) ==
                 crc_of(journal, {file.data(), sizeof up_to.value}, {})
             ? up_to
             : BlockSequence{};
}

std::optional<FoundBlock> find_block(std::span<const char> segment, std::size_t offset,
                                     BlockSequence after, JournalId journal) noexcept {
  for (; offset < segment.size(); offset += block_alignment) {
    const auto here = segment.subspan(offset);
    const auto block = read_block(here, BlockCheck::structure);
    if (block && block->sequence > after && is_undamaged(here, *block, journal)) {
      return FoundBlock{offset, *block};
    }
  }
  return std::nullopt;
}

}  // namespace penstock::journal
