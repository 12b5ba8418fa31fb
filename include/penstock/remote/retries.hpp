// Decides whether a failed request is made again, and when. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "penstock/core/backoff.hpp"
#include "penstock/core/units.hpp"
#include "penstock/remote/rest_error.hpp"

namespace penstock::remote {

struct RetryOptions {
  std::uint32_t retries = 0;
  Duration first{std::chrono::milliseconds(500)};  // doubles from there
  Duration max{std::chrono::seconds(8)};
  Duration longest_retry_after{std::chrono::seconds(60)};  // a longer one is for who asks
  std::uint64_t seed = 0;                                  // of the jitter
};

class Retries {
 public:
  explicit Retries(const RetryOptions& options);

  // The wait before the next attempt; none: the failure stands. `repeatable`: two of it do what one
  // does.
  std::optional<Duration> after(const RestError& failure, bool repeatable);

 private:
  RetryOptions options_;
  DoublingBackoff waits_;
  Random random_;
  std::uint32_t made_ = 0;
};

}  // namespace penstock::remote
