#include "app/commands/line_buffer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "penstock/core/limits.hpp"

namespace penstock::app {

LineBuffer::LineBuffer(Bytes max_line)
    : max_line_(max_line), bytes_(2 * limits::receive_buffer.count) {}

std::span<char> LineBuffer::writable() {
  if (over_) {
    return {};
  }
  constexpr std::uint64_t room = limits::receive_buffer.count;
  if (bytes_.size() - filled_ < room) {
    // A line of max_line bytes, and one read behind it.
    const std::uint64_t most = std::max(bytes_.size(), max_line_.count + room);
    bytes_.resize(std::min(2 * bytes_.size(), most));
  }
  return std::span(bytes_).subspan(filled_);
}

std::string_view LineBuffer::received(std::size_t count) {
  const std::string_view added(bytes_.data() + filled_, count);
  const std::size_t last = added.rfind('\n');
  filled_ += count;
  if (last == std::string_view::npos) {
    over_ = filled_ > max_line_.count;
    return {};
  }
  return {bytes_.data(), filled_ - count + last + 1};
}

void LineBuffer::drop(std::size_t count) {
  filled_ -= count;
  std::memmove(bytes_.data(), bytes_.data() + count, filled_);
}

std::size_t LineBuffer::discard() { return std::exchange(filled_, 0); }

}  // namespace penstock::app
