// One fixed mapping of memory in which blocks stand one behind the other.
#pragma once

#include <cstddef>
#include <span>

#include "penstock/core/units.hpp"

namespace penstock::journal {

class Segment {
 public:
  explicit Segment(Bytes size);  // throws std::system_error where the kernel gives no memory
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  char* data() noexcept { return bytes_.data(); }
  std::size_t size() const noexcept { return bytes_.size(); }
  std::span<const char> from(std::size_t offset) const noexcept { return bytes_.subspan(offset); }

 private:
  std::span<char> bytes_;
};

}  // namespace penstock::journal
