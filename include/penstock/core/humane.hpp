// Figures as people read them. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "penstock/core/units.hpp"

namespace penstock {

std::string fixed(double number, int digits);  // so many behind the point
std::string grouped(std::uint64_t number);     // 12,345
// Three digits or so: 0, 0.25, 8.1, 120, 8,012.
std::string rounded(double number);
// At most six characters: 12,345, 123k, 12.3M.
std::string short_count(std::uint64_t number);
// 0%, <1%, 50%, 100%: never full before it is, nor 0 where there is something. `-` without a whole.
std::string percent_text(double share);
std::string percent_text(std::uint64_t part, std::uint64_t whole);
// Of two units at most: 0 s, 300 ms, 59 s, 2 min 5 s, 3 h 10 min, 2 d 4 h.
std::string spoken(Duration duration);
// 512 B, 1.5 KiB, 3.2 GiB.
std::string spoken(Bytes size);

}  // namespace penstock
