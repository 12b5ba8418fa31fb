// Metric families as text, in both formats.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <vector>

namespace penstock::ops {

struct Family {
  prometheus::MetricFamily family;
  std::string_view unit;  // empty: none
};

std::string prometheus_text(const std::vector<Family>& families);
// Precondition: help texts hold no `"` and no `\`.
std::string open_metrics_text(const std::vector<Family>& families);

}  // namespace penstock::ops
