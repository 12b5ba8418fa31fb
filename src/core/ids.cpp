#include "penstock/core/ids.hpp"

#include <algorithm>
#include <cassert>

namespace penstock {

bool SourceName::valid(std::string_view text) noexcept {
  constexpr std::size_t max_length = 64;
  const auto letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (text.empty() || text.size() > max_length || !letter_or_digit(text.front())) {
    return false;
  }
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter_or_digit(c) || c == '-' || c == '_'; });
}

SourceName::SourceName(std::string text) : text_(std::move(text)) { assert(valid(text_)); }

}  // namespace penstock
