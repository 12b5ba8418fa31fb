// How much memory the tables of one ledger have, and may have.
#pragma once

#include <algorithm>
#include <cstdint>

namespace penstock::jobs {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t limit) : limit_(limit) {}

  // False: that would pass the limit, and nothing is taken.
  [[nodiscard]] bool take(std::uint64_t bytes) {
    if (bytes > limit_ || used_ > limit_ - bytes) {
      return false;
    }
    used_ += bytes;
    return true;
  }
  // For what is never refused.
  void take_always(std::uint64_t bytes) { used_ += bytes; }
  void give(std::uint64_t bytes) { used_ -= bytes; }
  std::uint64_t used() const { return used_; }

 private:
  std::uint64_t limit_;
  std::uint64_t used_ = 0;
};

// What malloc takes for a block: its head of 8 bytes comes on top, and it has steps of 16.
constexpr std::uint64_t allocated(std::uint64_t size) {
  return std::max<std::uint64_t>(32, (size + 8 + 15) / 16 * 16);
}

}  // namespace penstock::jobs
