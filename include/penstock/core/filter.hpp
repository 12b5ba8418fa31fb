// Which of a source's events are published, by its configuration. Pure.
#pragma once

#include <string>
#include <vector>

#include "penstock/core/event.hpp"
#include "penstock/core/network_set.hpp"

namespace penstock {

// Each part that isn't empty has to let an event pass. An event without the field that a part asks
// for doesn't pass it. What tells of a job, job_status, always passes.
class Filter {
 public:
  Filter() = default;  // lets everything pass
  // Types as they are written; countries without regard to case; `networks` is finished.
  Filter(std::vector<std::string> types, std::vector<std::string> countries, NetworkSet networks);

  bool passes(const Event& event) const;
  bool lets_all_pass() const { return types_.empty() && countries_.empty() && networks_.empty(); }
  // What was to be published and doesn't pass is `filtered`.
  void apply(Batch& batch) const;

 private:
  std::vector<std::string> types_, countries_;
  NetworkSet networks_;  // of what the event is about: its ip
};

}  // namespace penstock
