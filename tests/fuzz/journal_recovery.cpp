// A segment with blocks as a process writes them, and then with damage: what is read of it holds
// its checksums, what wasn't touched is all there, and the journal goes on from it.
#include <algorithm>
#include <cstring>

#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "journal/recovery.hpp"
#include "journal/segment.hpp"
#include "penstock/journal/block_format.hpp"
#include "penstock/journal/ring.hpp"

namespace penstock::fuzz {
namespace {

constexpr JournalId id{0x0123456789abcdef};
constexpr std::uint64_t boot = 77;
constexpr Bytes segment_size{8'192};
constexpr std::size_t header_size = journal::block_header_size;

// Bit by bit, as RFC 3720 appendix B.4 has it.
std::uint32_t slow_crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
    }
  }
  return ~crc;
}

template <class T>
void put(std::vector<char>& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

std::string id_bytes() {
  std::string bytes(sizeof id.value, '\0');
  std::memcpy(bytes.data(), &id.value, bytes.size());
  return bytes;
}

std::uint32_t crc_at(const char* header, std::size_t offset) {
  std::uint32_t crc = 0;
  std::memcpy(&crc, header + offset, sizeof crc);
  return crc;
}

bool holds_checksums(const Block& block) {
  const char* const header = block.bytes.data() - header_size;
  const std::string journal = id_bytes();
  return crc_at(header, 56) == slow_crc32c(journal + std::string(header, 56)) &&
         crc_at(header, 60) ==
             slow_crc32c(journal + std::string(header, 60) + std::string(block.bytes));
}

struct Written {
  std::size_t begin = 0, end = 0;  // its footprint
  std::uint64_t sequence = 0;
  std::string data;
};

struct Image {
  std::vector<char> bytes;
  std::vector<Written> blocks;  // what a start is to find, if nothing happens to it
};

Image write_segment(Choices& choices) {
  Image image{std::vector<char>(segment_size.count), {}};
  std::uint64_t sequence = 1 + choices.byte();
  std::size_t at = 0;
  const std::size_t count = choices.below(12);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t wanted = choices.below(64) == 0 ? 2'000 : choices.byte();
    std::string data(choices.take(choices.below(wanted + 1)));
    data.resize(std::max(data.size(), wanted / 2), 'x');
    Block block{.sequence = {sequence}, .channel = {1}, .session = {choices.byte()}};
    block.kind = static_cast<BlockKind>(choices.below(4));
    block.cause = static_cast<DisconnectCause>(choices.below(disconnect_causes));
    block.original_size = data.size();
    if (at + journal::block_footprint(data.size()) > image.bytes.size()) {
      break;
    }
    std::copy(data.begin(), data.end(),
              image.bytes.begin() + static_cast<std::ptrdiff_t>(at + header_size));
    block.bytes = {image.bytes.data() + at + header_size, data.size()};
    journal::write_block_header(block, journal::HeaderSpan(image.bytes.data() + at, header_size),
                                id);
    const std::size_t end = at + journal::block_footprint(data.size());
    image.blocks.push_back({at, end, sequence, std::move(data)});
    at = end;
    sequence += 1 + choices.below(2) * 40;
  }
  const std::string open(choices.take(choices.byte()));
  if (!open.empty() && at + journal::block_footprint(open.size()) <= image.bytes.size()) {
    std::copy(open.begin(), open.end(),
              image.bytes.begin() + static_cast<std::ptrdiff_t>(at + header_size));
    journal::write_open_header({.sequence = {sequence},
                                .channel = {1},
                                .session = {2},
                                .received_at = {},
                                .filled = open.size()},
                               journal::HeaderSpan(image.bytes.data() + at, header_size), id, boot);
    image.blocks.push_back({at, at + header_size + open.size() + 1, sequence, open});
  }
  return image;
}

// Returns up to where nothing was touched.
std::size_t damage(Image& image, Choices& choices) {
  std::size_t untouched = image.bytes.size();
  for (int rounds = 0; rounds < 16 && !choices.at_end(); ++rounds) {
    const std::size_t kind = choices.below(4);
    const std::size_t at = choices.number() % (image.bytes.size() - header_size);
    std::size_t first = at;
    if (kind == 0) {
      image.bytes[at] =
          static_cast<char>(image.bytes[at] ^ std::max<std::uint8_t>(choices.byte(), 1));
    } else if (kind == 1) {
      put(image.bytes, at, choices.number());
    } else if (kind == 2 && at >= header_size) {
      image.bytes.resize(at);  // and no more damage: the bytes are few
      return std::min(untouched, at);
    } else {
      // A header with another field, and checksums that are right for it.
      first = at / journal::block_alignment * journal::block_alignment;
      put(image.bytes, first + choices.below(6) * 8, choices.number() >> choices.below(64));
      const std::string journal = id_bytes();
      const char* const header = image.bytes.data() + first;
      std::uint64_t length = 0;
      std::memcpy(&length, header + 48, sizeof length);
      length = std::min<std::uint64_t>(length, image.bytes.size() - first - header_size);
      put(image.bytes, first + 56, slow_crc32c(journal + std::string(header, 56)));
      put(image.bytes, first + 60,
          slow_crc32c(journal + std::string(header, 60) +
                      std::string(header + header_size, length)));
    }
    untouched = std::min(untouched, first);
  }
  return untouched;
}

// Has the one segment that was left.
class Store final : public journal::SegmentStore {
 public:
  Store(journal::RecoveredSegment left, BlockSequence released)
      : left_(std::move(left)), released_(released), free_(segment_size) {}
  std::vector<journal::RecoveredSegment> recover() override {
    std::vector<journal::RecoveredSegment> all;
    if (left_.blocks.end != 0) {
      all.push_back(std::move(left_));
    }
    return all;
  }
  std::unique_ptr<journal::Segment> take() override { return free_.take(); }
  void give_back(std::unique_ptr<journal::Segment>) override {}
  void released(BlockSequence) override {}
  BlockSequence last_released() const override { return released_; }
  JournalId journal() const override { return id; }
  std::uint64_t boot() const override { return fuzz::boot; }
  BlockSequence first_sequence() const override { return first_block_of(1'000); }

 private:
  journal::RecoveredSegment left_;
  BlockSequence released_;
  journal::MemorySegments free_;
};

// What the journal gives out of it, each block checked.
std::vector<Written> read_back(const std::vector<char>& bytes, const journal::Recovered& found,
                               BlockSequence released) {
  auto segment = journal::Segment::of_memory(Bytes{bytes.size()});
  std::copy(bytes.begin(), bytes.end(), segment->data());
  Store store({std::move(segment), found}, released);
  journal::Ring ring({.max_size = Bytes{segment_size.count * 2},
                      .max_line = Bytes{1'000},
                      .segment_size = segment_size,
                      .block_size = Bytes{512}},
                     store);
  std::vector<Written> blocks;
  std::uint64_t last = released.value;
  std::uint64_t data_bytes = 0;
  while (const auto block = ring.next()) {
    must(holds_checksums(*block), "a block holds its checksums");
    must(block->sequence.value > last, "blocks come in their order, each once");
    must(block->recovered, "it is known to be recovered");
    last = block->sequence.value;
    data_bytes += block->bytes.size();
    blocks.push_back({0, 0, last, std::string(block->bytes)});
  }
  must(blocks.empty() == (found.end == 0), "there is a block where one was found");
  if (!blocks.empty()) {
    must(found.first.value == blocks.front().sequence && found.last.value == last &&
             found.data_bytes == data_bytes,
         "what was found is what is read");
    ring.release(BlockSequence{last});
  }
  must(ring.used().count == 0 && !ring.writable().empty(), "there is room again");
  return blocks;
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  fuzz::Choices choices(data, size);
  const BlockSequence released{choices.below(2) * choices.byte()};
  fuzz::Image image = fuzz::write_segment(choices);
  const std::size_t untouched = fuzz::damage(image, choices);

  std::vector<char> bytes = image.bytes;  // of its own size: a read behind its end is seen
  bytes.shrink_to_fit();
  const auto found = journal::recover_blocks(bytes, fuzz::id, fuzz::boot, released);
  fuzz::must(found.end <= bytes.size(), "blocks end within their segment");
  const auto blocks = fuzz::read_back(bytes, found, released);

  std::size_t next = 0;
  for (const fuzz::Written& written : image.blocks) {
    if (written.end > untouched) {
      break;
    }
    if (written.sequence > released.value) {
      fuzz::must(next < blocks.size() && blocks[next].sequence == written.sequence &&
                     blocks[next].data == written.data,
                 "what stands before the damage is recovered", written.data);
      ++next;
    }
  }
  fuzz::must(!image.blocks.empty() || untouched < image.bytes.size() || blocks.empty(),
             "nothing comes of nothing");

  const auto again = journal::recover_blocks(bytes, fuzz::id, fuzz::boot, released);
  fuzz::must(again.end == found.end && again.first == found.first && again.last == found.last &&
                 again.data_bytes == found.data_bytes,
             "a second start finds the same");
  return 0;
}
