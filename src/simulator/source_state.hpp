// One stream of the simulated API. Used from the simulator's I/O thread only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "penstock/core/time.hpp"
#include "simulator/fault_plan.hpp"
#include "simulator/source_script.hpp"
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

// Where faults strike, and what came of it.
struct Endpoint {
  FaultPlan faults;

  std::uint64_t connected = 0;
  std::uint64_t sessions = 0;
  std::uint64_t lines = 0;                      // sent whole
  std::uint64_t bytes = 0;                      // of bodies, without chunk framing
  std::map<unsigned, std::uint64_t> responses;  // by status
};

struct SourceState : Endpoint {
  SourceState(Source which, const std::vector<FaultRule>& rules, std::optional<double> rate,
              std::uint64_t seed, SourceScript lines_of)
      : Endpoint{FaultPlan(rules, which, seed), 0, 0, 0, 0, {}},
        source(which),
        script(std::move(lines_of)),
        pace(rate) {}

  // A session's turn to send begins with line `cursor`, and ends before it. Endless lines are
  // shared out between sessions; what happens to jobs each of them is told.
  void begin_turn(std::uint64_t& cursor) const {
    cursor = script.jobs_from() ? std::max(cursor, *script.jobs_from()) : next;
  }
  void end_turn(std::uint64_t cursor) {
    if (!script.jobs_from()) {
      next = cursor;
    }
  }
  // How many lines may be sent now, at `wall`.
  std::uint64_t allowance(std::uint64_t cursor, MonotonicTime now, WallTime wall) {
    if (quiet) {
      return 0;
    }
    if (script.jobs_from()) {
      return script.happened() - cursor;
    }
    script.times.note(cursor, wall);
    return std::min(pace.allowance(now), script.size() - cursor);
  }
  // Lines before this one were sent, or nobody will be sent them.
  std::uint64_t decided() const {
    if (!script.jobs_from()) {
      return next;
    }
    std::uint64_t first = script.happened();
    for (const std::uint64_t* cursor : listening) {
      first = std::min(first, std::max(*cursor, *script.jobs_from()));
    }
    return first;
  }

  Source source;
  SourceScript script;
  std::uint64_t next = 0;  // index of the next endless line
  Pace pace;
  Truth truth;
  bool quiet = false;
  std::vector<const std::uint64_t*> listening;  // cursors of the sessions that are there
};

}  // namespace penstock::simulator
