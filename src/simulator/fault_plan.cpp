#include "simulator/fault_plan.hpp"

#include <algorithm>
#include <cmath>

namespace penstock::simulator {

FaultPlan::FaultPlan(const std::vector<FaultRule>& rules, Source source, std::uint64_t seed)
    : random_(seed, 0x30, static_cast<std::uint64_t>(source)) {
  for (const FaultRule& rule : rules) {
    if (!rule.source || *rule.source == source) {
      rules_.push_back({rule, std::nullopt});
      any_probability_ |= rule.probability > 0;
    }
  }
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

void FaultPlan::draw(bool connection) {
  if (!any_probability_) {
    return;
  }
  for (const Rule& entry : rules_) {
    if (entry.rule.probability > 0 &&
        (word(entry.rule.fault.kind).group == FaultGroup::connection) == connection &&
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
