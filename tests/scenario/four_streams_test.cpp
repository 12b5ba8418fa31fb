// Simulator, daemon, embedded Kafka and consumer in one process, as the demo runs them.
#include <gtest/gtest.h>

#include "cli/demo.hpp"

namespace penstock {
namespace {

TEST(FourStreams, ArriveExactlyOnceThroughFaults) {
  EXPECT_EQ(cli::demo({.seconds = std::chrono::seconds(4), .rate = 300, .seed = 7, .brokers = {}}),
            0);
}

}  // namespace
}  // namespace penstock
