// Sorts stably in a buffer that is kept, where std::stable_sort allocates one each time, and with a
// bound that std::sort lacks: an item is compared 16 times and once for each doubling at most, so
// that names with long common beginnings cost no more than reading them that often. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace penstock::extract {

// `scratch` grows to the size of `items` at most.
template <class T, class Less>
void merge_sort(std::span<T> items, std::vector<T>& scratch, Less less) {
  constexpr std::size_t run = 16;  // below, insertion is quicker
  const std::size_t count = items.size();
  for (std::size_t at = 0; at < count; at += run) {
    T* const first = items.data() + at;
    T* const last = items.data() + std::min(at + run, count);
    for (T* next = first + (first != last); next != last; ++next) {
      const T item = *next;
      T* hole = next;
      for (; hole != first && less(item, hole[-1]); --hole) {
        *hole = hole[-1];
      }
      *hole = item;
    }
  }
  if (count <= run) {
    return;
  }
  scratch.resize(std::max(scratch.size(), count));
  T* from = items.data();
  T* to = scratch.data();
  for (std::size_t width = run; width < count; width *= 2) {
    for (std::size_t at = 0; at < count; at += 2 * width) {
      T* const middle = from + std::min(at + width, count);
      T* const last = from + std::min(at + 2 * width, count);
      std::merge(from + at, middle, middle, last, to + at, less);
    }
    std::swap(from, to);
  }
  if (from != items.data()) {
    std::copy_n(from, count, items.data());
  }
}

}  // namespace penstock::extract
