#include "ops/plot.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "ops/html.hpp"

namespace penstock::ops {
namespace {

constexpr double plot_width = 240;
constexpr double plot_height = 48;
constexpr double timeline_width = 480;
constexpr double timeline_height = 16;

std::string coordinate(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

void begin_picture(Html& out, std::string_view kind, double width, double height,
                   std::string_view label) {
  out.markup("<svg class=\"").markup(kind).markup("\" viewBox=\"0 0 ");
  out.markup(coordinate(width)).markup(" ").markup(coordinate(height));
  out.markup("\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"").text(label);
  out.markup("\">");
}

}  // namespace

std::string line_plot(const std::vector<std::optional<double>>& values, std::size_t room,
                      std::string_view label) {
  double largest = 0;
  for (const auto& value : values) {
    largest = std::max(largest, value.value_or(0));
  }
  Html out;
  begin_picture(out, "plot", plot_width, plot_height, label);
  const double step = plot_width / static_cast<double>(std::max<std::size_t>(room, 2) - 1);
  const std::size_t empty = room - std::min(room, values.size());
  std::string points;
  const auto end_line = [&] {
    if (!points.empty()) {
      out.markup("<polyline points=\"").markup(points).markup("\"/>");
      points.clear();
    }
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) {
      end_line();
      continue;
    }
    const double x = step * static_cast<double>(empty + i);
    const double height = largest > 0 ? std::max(0.0, *values[i]) / largest : 0;
    const double y = 1 + (plot_height - 2) * (1 - height);
    if (points.empty()) {
      points = coordinate(x) + "," + coordinate(y);  // a point alone is drawn, too
    }
    points += " " + coordinate(x) + "," + coordinate(y);
  }
  end_line();
  return std::move(out.markup("</svg>")).str();
}

std::string gap_timeline(const std::vector<GapView>& gaps, WallTime begin, WallTime end,
                         std::string_view label) {
  Html out;
  begin_picture(out, "timeline", timeline_width, timeline_height, label);
  const auto span = static_cast<double>((end - begin).count());
  const auto place = [&](WallTime at) {
    return timeline_width * static_cast<double>((std::clamp(at, begin, end) - begin).count()) /
           span;
  };
  for (const GapView& gap : gaps) {
    const WallTime ended = gap.ended_at.value_or(end);
    if (ended < begin || gap.started_at > end) {
      continue;
    }
    const double left = place(gap.started_at);
    const double width = std::max(1.0, place(ended) - left);
    out.markup("<rect class=\"").text(gap.state).markup("\" x=\"");
    out.markup(coordinate(std::min(left, timeline_width - width))).markup("\" y=\"0\" width=\"");
    out.markup(coordinate(width)).markup("\" height=\"").markup(coordinate(timeline_height));
    out.markup("\"/>");
  }
  return std::move(out.markup("</svg>")).str();
}

}  // namespace penstock::ops
