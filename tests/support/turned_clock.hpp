// A clock that stands still until it is turned.
#pragma once

#include "penstock/core/clock.hpp"
#include "penstock/core/units.hpp"

namespace penstock::test {

class TurnedClock final : public Clock {
 public:
  MonotonicTime monotonic() const override { return MonotonicTime(start_age + passed_); }
  WallTime wall() const override { return start_ + passed_; }
  void turn(Duration by) { passed_ += by; }

 private:
  static constexpr std::chrono::seconds start_age{1'000};  // no time is the epoch
  static constexpr WallTime start_{std::chrono::sys_days{std::chrono::year{2025} / 6 / 1}};
  Duration passed_{0};
};

// Of a machine whose wall clock isn't right.
class WrongClock final : public Clock {
 public:
  explicit WrongClock(const Clock& right) : right_(right) {}
  MonotonicTime monotonic() const override { return right_.monotonic(); }
  WallTime wall() const override { return right_.wall() - behind_; }
  void set_back(Duration by) { behind_ += by; }

 private:
  const Clock& right_;
  Duration behind_{0};
};

}  // namespace penstock::test
