// UTF-8 as RFC 3629 defines it: no overlong form, no surrogate, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace penstock {

bool is_ascii(std::string_view bytes) noexcept;
bool is_utf8(std::string_view bytes) noexcept;

// Length of the valid UTF-8 sequence at the front of `bytes`, 0 where there is none.
std::size_t utf8_sequence_length(std::string_view bytes) noexcept;

}  // namespace penstock
