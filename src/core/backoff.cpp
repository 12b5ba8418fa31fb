#include "penstock/core/backoff.hpp"

#include <algorithm>

namespace penstock {

Duration LinearBackoff::next() {
  const Duration wait = first_ + step_ * attempts_;
  if (wait < max_) {
    ++attempts_;  // never past the maximum, so that it can't overflow
  }
  return std::min(wait, max_);
}

Duration DoublingBackoff::next() {
  Duration wait = first_;
  for (std::uint32_t i = 0; i < attempts_ && wait < max_; ++i) {
    wait *= 2;
  }
  if (wait < max_) {
    ++attempts_;
  }
  return std::min(wait, max_);
}

Duration jittered(Duration wait, double spread, Random& random) {
  // Not std::uniform_real_distribution: its numbers differ between standard libraries.
  const double unit = static_cast<double>(random() >> 11) * 0x1.0p-53;
  const double factor = 1.0 + spread * (2.0 * unit - 1.0);
  return Duration(static_cast<Duration::rep>(static_cast<double>(wait.count()) * factor));
}

}  // namespace penstock
