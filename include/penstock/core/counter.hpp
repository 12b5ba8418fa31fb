// Numbers that one thread moves and another reads. Release and acquire, which cost nothing on
// x86-64, so that Moment holds.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>

namespace penstock {

// A monotonic count. add() from any thread.
class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_release); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// A value that goes up and down. set() from one thread; change() from any.
template <class T>
class Gauge {
 public:
  void change(T by) noexcept requires std::integral<T> {
    value_.fetch_add(by, std::memory_order_release);
  }
  void set(T value) noexcept { value_.store(value, std::memory_order_release); }
  T get() const noexcept { return value_.load(std::memory_order_acquire); }

 private:
  std::atomic<T> value_{};
};

// Several of these that one thread moves together, and others want to see together: as they were
// between two moves. The writer never waits; a reader who meets it at a move, of a few nanoseconds,
// reads again.
class Moment {
 public:
  template <class Write>
  void move(Write write) noexcept {
    begun_or_over_.fetch_add(1);
    write();
    begun_or_over_.fetch_add(1);
  }

  template <class Read>
  auto read(Read read) const {
    for (;;) {
      const std::uint64_t before = begun_or_over_.load();
      auto seen = read();
      if (before % 2 == 0 && begun_or_over_.load() == before) {
        return seen;
      }
    }
  }

 private:
  std::atomic<std::uint64_t> begun_or_over_{0};  // odd: at a move
};

}  // namespace penstock
