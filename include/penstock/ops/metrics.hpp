// /metrics: the counters of all sources and the process figures, read when asked for. The figures
// of a source's balance are those of one moment.
//
// The counters themselves live in core/counters.hpp, their names in core/metric_names.hpp. Every
// label value of a bounded set is always there, 0 included.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "penstock/core/counters.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/job_counters.hpp"
#include "penstock/core/time.hpp"
#include "penstock/ops/health.hpp"

namespace penstock::ops {

struct Family;

// All calls from one thread; the counters themselves are written by others.
class Metrics {
 public:
  explicit Metrics(std::string version);

  // The counters are read at every scrape, until the source is removed.
  void add_source(const SourceName& name, const SourceCounters& counters, const JobCounters& jobs);
  void remove_source(const SourceName& name);

  // The configuration in effect was read then.
  void config_loaded(WallTime at) noexcept;
  // It was read again and is wrong.
  void config_rejected() noexcept { last_reload_successful_ = false; }

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
  bool last_reload_successful_ = true;
  std::optional<WallTime> config_loaded_at_;
};

}  // namespace penstock::ops
