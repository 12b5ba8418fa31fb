// Identifiers as types of their own, so that a session is never passed for a block.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace penstock {

// A number with a meaning. Tag only makes the types distinct.
template <class Tag>
struct Number {
  std::uint64_t value = 0;
  auto operator<=>(const Number&) const = default;
  constexpr Number next() const { return Number{value + 1}; }
};

using SessionId = Number<struct SessionTag>;    // counts the sessions of one source, from 1
using ChannelId = Number<struct ChannelTag>;    // one pass over events of the remote, from 1
using BlockSequence = Number<struct BlockTag>;  // counts the sealed blocks of a journal, from 1
using JournalId = Number<struct JournalTag>;    // of a directory, drawn at random; 0: in memory
// Counts what a publisher has taken, from 1: batches of live sessions and replays, and notes.
using ItemSequence = Number<struct ItemTag>;

// The first block of the n-th process that writes to a journal, from 0. It is above all that
// earlier ones can have written, whether or not it reached the disk: 2^40 are enough for centuries.
constexpr BlockSequence first_block_of(std::uint64_t process) noexcept {
  return BlockSequence{(process << 40) + 1};
}
// Of a journal nothing is missing between the two.
constexpr bool follows(BlockSequence last, BlockSequence next) noexcept {
  constexpr std::uint64_t of_process = (std::uint64_t{1} << 40) - 1;
  return next == last.next() || (next > last && (next.value & of_process) == 1);
}

// The name of a source as configured: [a-z0-9][a-z0-9_-]{0,63}. Safe in topic names, keys, labels.
class SourceName {
 public:
  static bool valid(std::string_view text) noexcept;
  explicit SourceName(std::string text);  // precondition: valid(text)
  const std::string& str() const noexcept { return text_; }
  auto operator<=>(const SourceName&) const = default;

 private:
  std::string text_;
};

// Where in a source's input the first byte not yet committed to Kafka stands.
struct Position {
  std::string journal;       // id of the journal, 16 hex digits
  BlockSequence sequence;    // the first block not wholly committed
  std::uint64_t offset = 0;  // of bytes in it; reserved: transactions end with blocks, so it is 0
  ItemSequence item;         // the first item not committed; counted on from process to process
  bool operator==(const Position&) const = default;
};

}  // namespace penstock
