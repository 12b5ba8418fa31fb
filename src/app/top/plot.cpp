#include "app/top/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace penstock::app::top {
namespace {

using Steps = std::array<std::string_view, 9>;

constexpr Steps blocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr Steps ascii_spark{" ", "_", ".", ":", "-", "=", "+", "*", "#"};
constexpr Steps ascii_bar{" ", ".", ".", ".", ":", ":", ":", "#", "#"};
constexpr std::size_t full = 8;

// Eighths of a character's height: above zero one at least.
std::size_t level(double value, double top, std::size_t rows) {
  if (!(value > 0) || !(top > 0)) {
    return 0;
  }
  const auto steps = static_cast<double>(rows * full);
  return static_cast<std::size_t>(std::clamp(std::round(value / top * steps), 1.0, steps));
}

}  // namespace

std::vector<std::optional<double>> condensed(Series series, std::size_t columns, Sample what) {
  if (series.size() <= columns) {
    return {series.begin(), series.end()};
  }
  std::vector<std::optional<double>> shorter;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t begin = i * series.size() / columns;
    const std::size_t end = (i + 1) * series.size() / columns;
    double sum = 0;
    double largest = 0;
    std::size_t known = 0;
    for (const auto& value : series.subspan(begin, end - begin)) {
      if (value) {
        sum += *value;
        largest = known == 0 ? *value : std::max(largest, *value);
        ++known;
      }
    }
    const double figure = what == Sample::mean ? sum / static_cast<double>(known) : largest;
    shorter.push_back(known == 0 ? std::nullopt : std::optional(figure));
  }
  return shorter;
}

std::string sparkline(Series series, std::size_t columns, Glyphs glyphs) {
  const auto figures = condensed(series, columns, Sample::mean);
  const double top = largest_of(figures);
  const Steps& steps = glyphs == Glyphs::blocks ? blocks : ascii_spark;
  std::string line(columns - figures.size(), ' ');
  for (const auto& figure : figures) {
    // The lowest step is zero, so that a silent source differs from an unknown one.
    const std::size_t step = !figure       ? 0
                             : *figure > 0 ? std::max<std::size_t>(2, level(*figure, top, 1))
                                           : 1;
    line += steps[step];
  }
  return line;
}

std::vector<std::string> plot(Series series, std::size_t columns, std::size_t rows, double top,
                              Sample what, Glyphs glyphs) {
  const auto figures = condensed(series, columns, what);
  const Steps& steps = glyphs == Glyphs::blocks ? blocks : ascii_bar;
  std::vector<std::string> lines(rows, std::string(columns - figures.size(), ' '));
  for (const auto& figure : figures) {
    const std::size_t height = level(figure.value_or(0), top, rows);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t below = (rows - 1 - row) * full;
      lines[row] += steps[height <= below ? 0 : std::min(full, height - below)];
    }
  }
  return lines;
}

double largest_of(Series series) {
  double largest = 0;
  for (const auto& value : series) {
    largest = std::max(largest, value.value_or(0));
  }
  return largest;
}

}  // namespace penstock::app::top
