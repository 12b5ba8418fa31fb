#include "ops/exposition.hpp"

#include <gtest/gtest.h>

namespace penstock::ops {
namespace {

std::vector<Family> two_families() {
  prometheus::ClientMetric bytes;
  bytes.label = {{"source", "fire\"hose"}};
  bytes.counter.value = 12;
  prometheus::ClientMetric connected;
  connected.gauge.value = 1;
  return {{{"penstock_received_bytes_total",
            "Bytes received.",
            prometheus::MetricType::Counter,
            {bytes}},
           "bytes"},
          {{"penstock_connected", "1 or 0.", prometheus::MetricType::Gauge, {connected}}, ""}};
}

TEST(Exposition, InPrometheusTextNamesCountersInFull) {
  EXPECT_EQ(prometheus_text(two_families()),
            "# HELP penstock_received_bytes_total Bytes received.\n"
            "# TYPE penstock_received_bytes_total counter\n"
            "penstock_received_bytes_total{source=\"fire\\\"hose\"} 12\n"
            "# HELP penstock_connected 1 or 0.\n"
            "# TYPE penstock_connected gauge\n"
            "penstock_connected 1\n");
}

TEST(Exposition, InOpenMetricsNamesCountersWithoutTotalInTheMetadataAndHasAnEnd) {
  EXPECT_EQ(open_metrics_text(two_families()),
            "# HELP penstock_received_bytes Bytes received.\n"
            "# TYPE penstock_received_bytes counter\n"
            "# UNIT penstock_received_bytes bytes\n"
            "penstock_received_bytes_total{source=\"fire\\\"hose\"} 12\n"
            "# HELP penstock_connected 1 or 0.\n"
            "# TYPE penstock_connected gauge\n"
            "penstock_connected 1\n"
            "# EOF\n");
}

}  // namespace
}  // namespace penstock::ops
