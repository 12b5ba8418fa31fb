// Gives items back in the order of their numbers, whatever order they come in.
//
// Holds at most as many slots as numbers are in flight: the caller bounds those. Pure.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace penstock::extract {

template <class T>
class ReorderBuffer {
 public:
  // Numbers begin at 0. Precondition: `number` was not inserted before.
  void insert(std::uint64_t number, T item) {
    assert(number >= next_);
    const auto index = static_cast<std::size_t>(number - next_);
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
    ++next_;
    return item;
  }

 private:
  std::uint64_t next_ = 0;  // of slots_.front()
  std::deque<std::optional<T>> slots_;
};

}  // namespace penstock::extract
