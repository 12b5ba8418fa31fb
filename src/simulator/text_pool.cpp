#include "simulator/text_pool.hpp"

#include <algorithm>

namespace penstock::simulator {

TextPool::TextPool(std::span<const std::string_view> words, std::size_t size, std::uint64_t seed) {
  SplitMix64 random(seed);
  text_.reserve(size + 128);
  while (text_.size() < size) {
    starts_.push_back(static_cast<std::uint32_t>(text_.size()));
    text_ += words[random.below(words.size())];
  }
}

void TextPool::append(std::string& out, std::size_t length, SplitMix64& random) const {
  while (length > 0) {
    const std::size_t word = random.below(starts_.size());
    const std::size_t begin = starts_[word];
    if (begin + length >= text_.size()) {
      out.append(text_, begin, std::string::npos);
      length -= std::min(length, text_.size() - begin);
      continue;
    }
    const auto end = std::lower_bound(starts_.begin() + static_cast<std::ptrdiff_t>(word),
                                      starts_.end(), begin + length);
    out.append(text_, begin, (end == starts_.end() ? text_.size() : *end) - begin);
    return;
  }
}

}  // namespace penstock::simulator
