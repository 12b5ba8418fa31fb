#include "penstock/core/filter.hpp"

#include <algorithm>
#include <utility>

#include "penstock/core/text.hpp"

namespace penstock {

Filter::Filter(std::vector<std::string> types, std::vector<std::string> countries,
               NetworkSet networks)
    : types_(std::move(types)), countries_(std::move(countries)), networks_(std::move(networks)) {}

bool Filter::passes(const Event& event) const {
  if (event.is_job_status()) {
    return true;
  }
  const bool type =
      types_.empty() || std::find(types_.begin(), types_.end(), event.type) != types_.end();
  const bool country =
      countries_.empty() ||
      std::any_of(countries_.begin(), countries_.end(),
                  [&](const std::string& wanted) { return iequals_ascii(wanted, event.country); });
  return type && country && (networks_.empty() || networks_.contains(event.ip));
}

void Filter::apply(Batch& batch) const {
  if (lets_all_pass()) {
    return;
  }
  batch.verdicts.resize(batch.events.size(), Verdict::publish);
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    if (batch.verdicts[i] == Verdict::publish && !passes(batch.events[i])) {
      batch.verdicts[i] = Verdict::filtered;
    }
  }
}

}  // namespace penstock
