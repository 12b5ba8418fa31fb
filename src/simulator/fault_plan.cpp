#include "simulator/fault_plan.hpp"

#include <algorithm>
#include <cmath>

namespace penstock::simulator {

namespace {

constexpr std::uint64_t random_stream = 0x30;  // apart from other random numbers

}  // namespace

FaultPlan::FaultPlan(const std::vector<FaultRule>& rules, Source source, std::uint64_t seed)
    : random_(seed, random_stream, static_cast<std::uint64_t>(source)) {
  for (const FaultRule& rule : rules) {
    if (rule.place == FaultPlace::streams && (!rule.source || *rule.source == source)) {
      take_rule(rule);
    }
  }
}

FaultPlan::FaultPlan(const std::vector<FaultRule>& rules, FaultPlace place, std::uint64_t seed)
    : requests_only_(place == FaultPlace::query || place == FaultPlace::pictures),
      random_(seed, random_stream, all_sources.size() + static_cast<std::uint64_t>(place)) {
  for (const FaultRule& rule : rules) {
    if (rule.place == place) {
      take_rule(rule);
    }
  }
}

void FaultPlan::take_rule(const FaultRule& rule) {
  rules_.push_back({rule, std::nullopt});
  any_probability_ |= rule.probability > 0;
}

// Whether it is drawn for each request; else for each event.
bool FaultPlan::is_of_requests(FaultKind kind) const {
  const FaultGroup group = word(kind).group;
  return requests_only_ || group == FaultGroup::connection || group == FaultGroup::replay;
}

void FaultPlan::advance(MonotonicTime now) {
  for (Rule& entry : rules_) {
    if (!entry.rule.every) {
      continue;
    }
    if (!entry.due) {
      entry.due = now + wait(*entry.rule.every);
    }
    if (*entry.due <= now) {
      arm_once(entry.rule.fault);
      entry.due = now + wait(*entry.rule.every);
    }
  }
}

void FaultPlan::draw(bool request) {
  if (!any_probability_) {
    return;
  }
  for (const Rule& entry : rules_) {
    if (entry.rule.probability > 0 && is_of_requests(entry.rule.fault.kind) == request &&
        random_.uniform() < entry.rule.probability) {
      arm_once(entry.rule.fault);
    }
  }
}

void FaultPlan::inject(Fault fault) {
  for (const Rule& entry : rules_) {
    if (entry.rule.fault.kind == fault.kind) {
      fault.lasts = fault.lasts ? fault.lasts : entry.rule.fault.lasts;
      fault.retry_after = fault.retry_after ? fault.retry_after : entry.rule.fault.retry_after;
      fault.fraction = fault.fraction ? fault.fraction : entry.rule.fault.fraction;
    }
  }
  armed_.push_back(fault);
}

std::optional<Fault> FaultPlan::take(FaultGroup group) {
  const auto found = std::find_if(armed_.begin(), armed_.end(), [&](const Fault& fault) {
    return word(fault.kind).group == group;
  });
  if (found == armed_.end()) {
    return std::nullopt;
  }
  const Fault fault = *found;
  armed_.erase(found);
  ++taken_[static_cast<std::size_t>(fault.kind)];
  return fault;
}

void FaultPlan::arm_once(const Fault& fault) {
  if (std::none_of(armed_.begin(), armed_.end(),
                   [&](const Fault& armed) { return armed.kind == fault.kind; })) {
    armed_.push_back(fault);
  }
}

MonotonicTime::duration FaultPlan::wait(Duration mean) {
  return std::chrono::duration_cast<MonotonicTime::duration>(
      std::chrono::duration<double, std::milli>(-std::log(1.0 - random_.uniform()) *
                                                static_cast<double>(mean.count())));
}

}  // namespace penstock::simulator
