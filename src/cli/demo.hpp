// `penstock demo`: simulator, embedded Kafka, daemon and a consumer in one terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "penstock/settings/settings.hpp"

namespace penstock::cli {

struct DemoOptions {
  std::chrono::seconds seconds{20};
  double rate = 2000;  // events per second and source
  std::uint64_t seed = 1;
  std::optional<std::string> brokers;      // of a real Kafka; none: the embedded one
  std::optional<settings::Kafka> kafka{};  // what records are to be like; none: the defaults
};

// The exit status: 0 where no event was lost or doubled.
int demo(DemoOptions options);

}  // namespace penstock::cli
