#include "penstock/journal/line_framer.hpp"

#include <cstring>

namespace penstock::journal {

void LineFramer::append(std::string_view added) noexcept {
  // Only the last line end matters: from the back, most often within one line's length.
  const void* const last = memrchr(added.data(), '\n', added.size());
  if (last != nullptr) {
    whole_ = filled_ + static_cast<std::size_t>(static_cast<const char*>(last) - added.data()) + 1;
  }
  filled_ += added.size();
}

OversizedLine::OversizedLine(std::string_view begun) noexcept
    : size_(begun.size()), carriage_return_(!begun.empty() && begun.back() == '\r') {}

std::size_t OversizedLine::append(std::string_view added) noexcept {
  const std::size_t end = added.find('\n');
  const std::string_view line = added.substr(0, end);
  if (!line.empty()) {
    carriage_return_ = line.back() == '\r';
    size_ += line.size();
  }
  ended_ = end != std::string_view::npos;
  return ended_ ? end + 1 : added.size();
}

std::size_t OversizedLine::size() const noexcept {
  return ended_ && carriage_return_ ? size_ - 1 : size_;
}

}  // namespace penstock::journal
