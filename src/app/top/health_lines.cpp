#include <algorithm>
#include <utility>

#include "app/top/pages.hpp"
#include "penstock/ops/health.hpp"

namespace penstock::app::top {
namespace {

// One line a reason: whom it is about, what it is.
std::vector<std::string> grouped_findings(const std::vector<Finding>& findings) {
  std::vector<std::pair<std::string, std::string>> groups;  // what → whom
  for (const Finding& finding : findings) {
    const std::string what =
        ops::reason_text(finding.reason) + (finding.detail.empty() ? "" : ": " + finding.detail);
    const auto group = std::ranges::find(groups, what, &std::pair<std::string, std::string>::first);
    if (group == groups.end()) {
      groups.emplace_back(what, finding.source);
    } else if (!finding.source.empty()) {
      group->second += ", " + finding.source;
    }
  }
  std::vector<std::string> texts;
  for (const auto& [what, whom] : groups) {
    texts.push_back(whom.empty() ? what : whom + ": " + what);
  }
  return texts;
}

}  // namespace

Lines health_lines(const Status& status, Size room) {
  Lines lines;
  const auto add = [&](const std::vector<std::string>& texts, std::string_view heading,
                       Style style) {
    for (const std::string& text : texts) {
      const bool is_first = &text == &texts.front();
      lines.push_back({{is_first ? std::string(heading) : std::string(width(heading), ' '), style},
                       {text, style}});
    }
  };
  const auto degraded = grouped_findings(status.degraded);
  if (!status.ready) {
    const auto reasons = grouped_findings(status.reasons);
    add(reasons.empty() ? std::vector<std::string>{"it doesn't say why"} : reasons, "NOT READY  ",
        Style::bad);
    add(degraded, "           ", Style::warning);
  } else if (degraded.empty()) {
    lines.push_back({{"ready", Style::good}});
  } else {
    add(degraded, "ready, but  ", Style::warning);
  }
  const std::size_t rows = std::max<std::size_t>(1, room.rows);
  if (lines.size() > rows) {
    const std::string more = " (+" + std::to_string(lines.size() - rows) + ")";
    lines.resize(rows);
    const std::size_t columns = room.columns - std::min(room.columns, more.size());
    lines.back() = cut(std::move(lines.back()), columns);
    lines.back().push_back({more, Style::strong});
  }
  for (Line& line : lines) {
    line = cut(std::move(line), room.columns);
  }
  return lines;
}

}  // namespace penstock::app::top
