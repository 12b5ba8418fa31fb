// One stream of the simulated API. Used from the simulator's I/O thread only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>

#include "penstock/core/time.hpp"
#include "simulator/fault_plan.hpp"
#include "simulator/truth.hpp"

namespace penstock::simulator {

// How many events may be sent by now: a token bucket that holds one second's worth.
class Pace {
 public:
  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  // Events per second; none: as fast as the connection takes them.
  explicit Pace(std::optional<double> rate) : rate_(rate) {}

  // Nothing accrues while nobody is connected.
  void restart(MonotonicTime now) {
    last_ = now;
    tokens_ = std::min(tokens_, 0.0);
  }
  std::uint64_t allowance(MonotonicTime now) {
    if (!rate_) {
      return unlimited;
    }
    tokens_ += *rate_ * std::chrono::duration<double>(now - last_).count();
    tokens_ = std::min(tokens_, std::max(*rate_, 1.0));
    last_ = now;
    return tokens_ < 1 ? 0 : static_cast<std::uint64_t>(tokens_);
  }
  // May go into debt: a body with a content length is sent at once.
  void spend(std::uint64_t events) {
    if (rate_) {
      tokens_ -= static_cast<double>(events);
    }
  }

 private:
  std::optional<double> rate_;
  double tokens_ = 0;
  MonotonicTime last_{};
};

struct SourceState {
  SourceState(Source which, const std::vector<FaultRule>& rules, std::optional<double> rate,
              std::uint64_t seed)
      : source(which), pace(rate), faults(rules, which, seed) {}

  Source source;
  std::uint64_t next = 0;  // index of the next event, across sessions
  Pace pace;
  FaultPlan faults;
  Truth truth;
  bool quiet = false;

  std::uint64_t connected = 0;
  std::uint64_t sessions = 0;
  std::uint64_t lines = 0;                      // sent whole
  std::uint64_t bytes = 0;                      // of bodies, without chunk framing
  std::map<unsigned, std::uint64_t> responses;  // by status
};

}  // namespace penstock::simulator
