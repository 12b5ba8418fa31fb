// Which faults are due at one source, or at another place. Pure: time and seed come as arguments.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "penstock/core/time.hpp"
#include "penstock/simulator/fault.hpp"
#include "simulator/random.hpp"

namespace penstock::simulator {

class FaultPlan {
 public:
  // Takes those of `rules` that apply to `source`, or to `place`, which isn't streams.
  FaultPlan(const std::vector<FaultRule>& rules, Source source, std::uint64_t seed);
  FaultPlan(const std::vector<FaultRule>& rules, FaultPlace place, std::uint64_t seed);

  // Arms what `every` makes due by `now`. A fault that is still armed isn't armed twice.
  void advance(MonotonicTime now);
  // Draws the probabilities of one event or of one request.
  void on_event() { draw(false); }
  void on_request() { draw(true); }
  // Arms a fault that was asked for; what it leaves open is taken from the SPEC.
  void inject(Fault fault);

  // The oldest armed fault of `group`, no longer armed.
  std::optional<Fault> take(FaultGroup group);
  // How often each kind was taken.
  std::uint64_t taken(FaultKind kind) const { return taken_[static_cast<std::size_t>(kind)]; }

 private:
  struct Rule {
    FaultRule rule;
    std::optional<MonotonicTime> due;
  };
  void take_rule(const FaultRule& rule);
  bool is_of_requests(FaultKind kind) const;
  void draw(bool request);
  void arm_once(const Fault& fault);
  MonotonicTime::duration wait(Duration mean);

  std::vector<Rule> rules_;
  std::vector<Fault> armed_;
  std::array<std::uint64_t, static_cast<std::size_t>(FaultKind::resume) + 1> taken_{};
  bool any_probability_ = false;
  bool requests_only_ = false;  // every kind is drawn for each request
  SplitMix64 random_;
};

}  // namespace penstock::simulator
