// /metrics: the counters of all sources and the process figures, read when asked for. The figures
// of a source's balance are those of one moment.
//
// The counters themselves live in core/counters.hpp, their names in core/metric_names.hpp. Every
// label value of a bounded set is always there, 0 included.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "penstock/core/counters.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/job_counters.hpp"
#include "penstock/ops/health.hpp"

namespace penstock::ops {

struct Family;

// add_source() comes first; after that, text() and open_metrics() are called from any thread.
class Metrics {
 public:
  explicit Metrics(std::string version);

  // The counters are read at every scrape and have to outlive this object.
  void add_source(const SourceName& name, const SourceCounters& counters, const JobCounters& jobs);

  // What became of a reload of the configuration. From any thread.
  void config_reloaded(bool successful) noexcept { last_reload_successful_ = successful; }

  // `health` is what /readyz would be answered from.
  // Prometheus text format 0.0.4: `text/plain; version=0.0.4; charset=utf-8`.
  std::string text(const HealthSnapshot& health) const;
  // OpenMetrics 1.0.0: `application/openmetrics-text; version=1.0.0; charset=utf-8`.
  std::string open_metrics(const HealthSnapshot& health) const;

 private:
  struct Source {
    std::string name;
    const SourceCounters* counters;
    const JobCounters* jobs;
  };
  std::vector<Family> families(const HealthSnapshot& health) const;  // one reading of everything

  std::string version_;
  std::optional<double> started_at_;  // seconds since 1970
  std::vector<Source> sources_;
  std::atomic<bool> last_reload_successful_{true};
};

}  // namespace penstock::ops
