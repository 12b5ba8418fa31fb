// Decisions made of an input's bytes, from its front: what libFuzzer mutates is what is decided.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace penstock::fuzz {

// A UniformRandomBitGenerator. Behind the input's end it goes on with numbers made of the input, so
// that nothing which draws until something comes waits for ever.
class Choices {
 public:
  using result_type = std::uint64_t;

  Choices(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {
    for (const char c : rest_) {
      state_ = (state_ ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
    }
  }

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() {
    if (rest_.size() >= 2) {
      const auto value = static_cast<result_type>(byte()) << 8 | byte();
      return value << 48 | value << 32 | value << 16 | value;
    }
    rest_ = {};
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return state_ ^ state_ >> 29;
  }

  // 0 where there is none.
  std::uint8_t byte() {
    if (rest_.empty()) {
      return 0;
    }
    const auto front = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return front;
  }
  // Of one byte; `bound` is 256 at most.
  std::size_t below(std::size_t bound) { return byte() * bound / 256; }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
      value = value << 8 | byte();
    }
    return value;
  }
  std::string_view take(std::size_t most) {
    const std::string_view front = rest_.substr(0, most);
    rest_.remove_prefix(front.size());
    return front;
  }
  // Up to the next byte FF, which is dropped: a text that a dictionary's words stand in whole.
  std::string_view text() {
    const std::string_view front = rest_.substr(0, rest_.find('\xff'));
    rest_.remove_prefix(front.size() == rest_.size() ? front.size() : front.size() + 1);
    return front;
  }
  std::string_view rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  std::uint64_t state_ = 0xcbf29ce484222325;
};

}  // namespace penstock::fuzz
