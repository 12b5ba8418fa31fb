// Text that events are cut from: already escaped for JSON, and cut only where a cut leaves it
// valid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/random.hpp"

namespace penstock::simulator {

class TextPool {
 public:
  // Draws `words` until the pool has `size` bytes. Each word is valid inside a JSON string.
  TextPool(std::span<const std::string_view> words, std::size_t size, std::uint64_t seed);

  // Appends about `length` bytes, whole words only.
  void append(std::string& out, std::size_t length, SplitMix64& random) const;

 private:
  std::string text_;
  std::vector<std::uint32_t> starts_;  // of the words in text_
};

}  // namespace penstock::simulator
