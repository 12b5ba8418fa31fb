// Gives items back in the order of their sequence, whatever order they come in.
//
// Holds at most as many slots as sequences are in flight: the caller bounds those. Pure.
#pragma once

#include <cassert>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "penstock/core/ids.hpp"

namespace penstock::extract {

template <class T>
class ReorderBuffer {
 public:
  explicit ReorderBuffer(BlockSequence first) : next_(first) {}

  // Precondition: `sequence` was not inserted before and is not below the first.
  void insert(BlockSequence sequence, T item) {
    assert(sequence >= next_);
    const auto index = static_cast<std::size_t>(sequence.value - next_.value);
    if (index >= slots_.size()) {
      slots_.resize(index + 1);
    }
    assert(!slots_[index]);
    slots_[index] = std::move(item);
  }

  // The item whose turn it is, or nothing while it is missing.
  std::optional<T> take_next() {
    if (slots_.empty() || !slots_.front()) {
      return std::nullopt;
    }
    std::optional<T> item = std::move(slots_.front());
    slots_.pop_front();
    next_ = next_.next();
    return item;
  }

 private:
  BlockSequence next_;  // of slots_.front()
  std::deque<std::optional<T>> slots_;
};

}  // namespace penstock::extract
