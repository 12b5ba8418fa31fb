// Small SVG pictures for the status page. Pure. Their colours are the style sheet's; what they show
// is also said in their label, for who can't see them.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/job_views.hpp"
#include "penstock/core/time.hpp"

namespace penstock::ops {

// A line over time, 0 at the bottom, the largest value at the top; where there is no value, there
// is no line. `room`: for so many values, the latest at the right.
std::string line_plot(const std::vector<std::optional<double>>& values, std::size_t room,
                      std::string_view label);

// Gaps as bars from `begin` to `end`; what is shorter than a pixel is drawn as one.
std::string gap_timeline(const std::vector<GapView>& gaps, WallTime begin, WallTime end,
                         std::string_view label);

}  // namespace penstock::ops
