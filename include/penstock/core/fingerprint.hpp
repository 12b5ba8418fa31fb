// What tells two events apart: equal for the same JSON value, however it is written.
#pragma once

#include <compare>
#include <cstdint>

namespace penstock {

// The first 128 bits of SHA-256 over the canonical form of the event (extract/canonical_json).
struct Fingerprint {
  std::uint64_t high = 0;  // the first eight bytes, big-endian
  std::uint64_t low = 0;   // the next eight
  auto operator<=>(const Fingerprint&) const = default;
};

}  // namespace penstock
