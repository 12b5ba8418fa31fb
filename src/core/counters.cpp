#include "penstock/core/counters.hpp"

#include <algorithm>

namespace penstock {

void LatencyHistogram::observe(double seconds, std::uint64_t times) noexcept {
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
  counts_[static_cast<std::size_t>(bucket)].add(times);
  sum_us_.add(static_cast<std::uint64_t>(std::max(seconds, 0.0) * 1e6) * times);
}

std::array<std::uint64_t, LatencyHistogram::bounds.size() + 1> LatencyHistogram::counts()
    const noexcept {
  std::array<std::uint64_t, bounds.size() + 1> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = counts_[i].get();
  }
  return out;
}

}  // namespace penstock
