// Which of a journal's blocks are still to be published. Pure.
#pragma once

#include "penstock/core/ids.hpp"

namespace penstock::publish {

class JournalCursor {
 public:
  // Blocks before this one are committed.
  void start_at(BlockSequence first) { next_ = first; }

  enum class Place {
    committed,   // before the process began: to be released undecided
    next,        // it goes on where the last one ended
    after_loss,  // blocks before it are lost
  };
  // Of the next block that comes.
  Place take(BlockSequence block) {
    if (block < next_) {
      return Place::committed;
    }
    const bool whole = next_.value == 0 || follows(BlockSequence{next_.value - 1}, block);
    next_ = block.next();
    return whole ? Place::next : Place::after_loss;
  }

 private:
  BlockSequence next_;  // 0: any
};

}  // namespace penstock::publish
