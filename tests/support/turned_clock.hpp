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

}  // namespace penstock::test
