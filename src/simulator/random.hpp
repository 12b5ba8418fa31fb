// SplitMix64 (Steele, Lea, Flood 2014): one multiplication chain and eight bytes of state. Each
// line has a generator of its own, and core's Random would cost more to seed than a line to write.
#pragma once

#include <cstdint>

namespace penstock::simulator {

class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  SplitMix64(std::uint64_t seed, std::uint64_t stream, std::uint64_t n)
      : state_(mixed(seed ^ mixed((stream << 56) ^ n))) {}

  std::uint64_t operator()() {
    state_ += 0x9e3779b97f4a7c15;
    return mixed(state_);
  }
  // In [0, bound). The bias of the remainder is below 2^-32 for what is drawn here.
  std::uint64_t below(std::uint64_t bound) { return operator()() % bound; }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  bool one_in(std::uint64_t times) { return below(times) == 0; }
  // In [0, 1).
  double uniform() { return static_cast<double>(operator()() >> 11) * 0x1p-53; }

 private:
  static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

}  // namespace penstock::simulator
