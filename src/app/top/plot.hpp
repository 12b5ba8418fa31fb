// Series of figures as block characters (U+2581 to U+2588), or in ASCII where the terminal has
// none. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace penstock::app::top {

enum class Glyphs { blocks, ascii };
// What stands for several figures.
enum class Sample { mean, largest };

using Series = std::span<const std::optional<double>>;

// `series` in `columns` figures at most: each stands for several where it must.
std::vector<std::optional<double>> condensed(Series series, std::size_t columns, Sample what);

// Of exactly `columns` characters, the latest at the right, from 0 to the largest. Nothing above
// zero looks like zero, and what isn't known is a space.
std::string sparkline(Series series, std::size_t columns, Glyphs glyphs);

// The same in `rows` lines, the top first, from 0 to `top`.
std::vector<std::string> plot(Series series, std::size_t columns, std::size_t rows, double top,
                              Sample what, Glyphs glyphs);

double largest_of(Series series);  // 0 where there is none

}  // namespace penstock::app::top
