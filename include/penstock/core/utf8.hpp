// UTF-8 as RFC 3629 defines it: no overlong form, no surrogate, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace penstock {

bool is_ascii(std::string_view bytes) noexcept;
bool is_utf8(std::string_view bytes) noexcept;

// Length of the valid UTF-8 sequence at the front of `bytes`, 0 where there is none.
std::size_t utf8_sequence_length(std::string_view bytes) noexcept;

// Of one valid sequence.
char32_t code_point(std::string_view sequence) noexcept;

// Whether it does something to what is shown around it: the controls C0, DEL and C1, and those that
// turn the direction of text (Unicode's Bidi_Control).
bool is_control(char32_t code_point) noexcept;

// As it stands in a JSON string: \u001b. Precondition: at most U+FFFF, as all controls are.
void append_escape(std::string& out, char32_t code_point);

}  // namespace penstock
