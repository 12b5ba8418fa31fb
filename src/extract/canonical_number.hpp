// JSON numbers as exact decimals: one spelling for each value, whatever its size. Pure.
//
//   1.10, 1.1, 11e-1, 110E-2  →  +11e-1;      443  →  +443;      -80.0  →  -8e1;
//   0, -0, 0.00e5             →  +0;
//
// The digits have no zero at either end; the exponent, left out where it is 0, is written with all
// its digits. Different values have different spellings, none the beginning of another.
#pragma once

#include <cstddef>
#include <string_view>

namespace penstock::extract {

// What a spelling can be longer than the number: sign, `e`, sign, 19 digits, `;`.
inline constexpr std::size_t canonical_number_growth = 23;

// Writes a valid JSON number, and returns the end of it. There must be room for number.size() +
// canonical_number_growth bytes at `out`. The time goes with the number's size, not its value.
char* write_canonical_number(std::string_view number, char* out);

}  // namespace penstock::extract
