// What a process that is gone left in a segment. Pure.
//
// Every undamaged block counts, whatever stands between; no other byte does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "penstock/core/ids.hpp"

namespace penstock::journal {

struct Recovered {
  std::size_t end = 0;  // behind the last block; 0: there is none
  BlockSequence first, last;
  SessionId last_session;        // the highest
  std::uint64_t data_bytes = 0;  // of the blocks
  // Something that isn't one stands between two blocks, or nothing behind one that can't be read.
  bool damaged = false;
};

// Of segments: by their last. After a crash of the machine blocks of an earlier use, which are
// below all that is needed, may stand where the first ones of the last use are lost.
inline bool comes_before(const Recovered& a, const Recovered& b) noexcept {
  return a.last != b.last ? a.last < b.last : a.first < b.first;
}

// `next`, which doesn't come before `a`, has nothing but the block that it ends with, too: a
// process was killed while that one moved from a segment to another.
inline bool is_copy(const Recovered& a, const Recovered& next) noexcept {
  return next.first == a.last && next.last == a.last;
}

// Blocks above `after` alone. Seals what was open, if it was written in this boot.
Recovered recover_blocks(std::span<char> segment, JournalId journal, std::uint64_t boot,
                         BlockSequence after = {}) noexcept;

}  // namespace penstock::journal
