#include "penstock/remote/retries.hpp"

#include <algorithm>

namespace penstock::remote {
namespace {

constexpr double jitter = 0.2;

}  // namespace

Retries::Retries(const RetryOptions& options)
    : options_(options), waits_(options.first, options.max), random_(options.seed) {}

std::optional<Duration> Retries::after(const RestError& failure, bool repeatable) {
  const bool safe = !failure.was_told && (repeatable || !failure.was_sent);
  if (!safe || !failure.may_pass || made_ == options_.retries) {
    return std::nullopt;
  }
  const Duration asked = failure.retry_after.value_or(Duration::zero());
  if (asked > options_.longest_retry_after) {
    return std::nullopt;
  }
  ++made_;
  return std::max(asked, jittered(waits_.next(), jitter, random_));
}

}  // namespace penstock::remote
