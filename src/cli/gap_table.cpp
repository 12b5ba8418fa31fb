#include "cli/gap_table.hpp"

#include <algorithm>
#include <array>

#include "penstock/core/text.hpp"

namespace penstock::cli {
namespace {

constexpr std::size_t columns = 80;
constexpr std::string_view indent = "  ";
constexpr std::size_t longest_word = 15;  // of causes and states; those of penstock are shorter
constexpr std::size_t longest_note = 1000;

constexpr std::array<std::string_view, 7> titles{"STARTED", "LASTED",  "CAUSE", "STATE",
                                                 "MISSED",  "FETCHED", "JOBS"};
constexpr std::size_t first_number = 4;  // from here on right-aligned
using Row = std::array<std::string, titles.size()>;

// The two largest units: 3d04h, 2h05m, 4m10s, 12s.
std::string duration_text(Duration duration) {
  const auto seconds = std::max<std::int64_t>(0, duration.count() / 1000);
  const auto two = [](std::int64_t large, char large_unit, std::int64_t small, char small_unit) {
    return std::to_string(large) + large_unit + (small < 10 ? "0" : "") + std::to_string(small) +
           small_unit;
  };
  if (seconds < 60) {
    return std::to_string(seconds) + "s";
  }
  if (seconds < 3'600) {
    return two(seconds / 60, 'm', seconds % 60, 's');
  }
  if (seconds < 86'400) {
    return two(seconds / 3'600, 'h', seconds / 60 % 60, 'm');
  }
  return two(seconds / 86'400, 'd', seconds / 3'600 % 24, 'h');
}

std::string minute_text(WallTime time) {
  std::string text = to_rfc3339(time).substr(0, 16);  // 2026-11-23T20:15
  text[10] = ' ';
  return text;
}

Row row_of(const app::GapRecord& gap, WallTime now) {
  return {minute_text(gap.started_at),
          duration_text(gap.ended_at.value_or(now) - gap.started_at),
          printable(gap.cause, longest_word),
          printable(gap.state, longest_word),
          gap.estimated_events ? std::to_string(*gap.estimated_events) : "?",
          std::to_string(gap.recovered_events),
          std::to_string(gap.jobs)};
}

void append_wrapped(std::string& out, std::string_view text) {
  constexpr std::size_t width = columns - indent.size();
  while (!text.empty()) {
    std::size_t length = std::min(width, text.size());
    std::size_t next = length;
    if (length < text.size()) {
      if (const auto space = text.rfind(' ', length);
          space != std::string_view::npos && space > 0) {
        length = space;
        next = space + 1;
      }
    }
    out.append(indent).append(text.substr(0, length)) += '\n';
    text.remove_prefix(next);
  }
}

}  // namespace

std::string gap_table(std::span<const app::GapRecord> gaps, WallTime now) {
  std::vector<Row> rows(1);
  std::copy(titles.begin(), titles.end(), rows.front().begin());
  for (const app::GapRecord& gap : gaps) {
    rows.push_back(row_of(gap, now));
  }
  std::array<std::size_t, titles.size()> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string padding(widths[i] - rows[r][i].size(), ' ');
      out += i < first_number ? rows[r][i] + padding : padding + rows[r][i];
      out += i + 1 < widths.size() ? indent : "\n";
    }
    if (r > 0) {
      const app::GapRecord& gap = gaps[r - 1];
      append_wrapped(out, printable(gap.key) + (gap.note.empty() ? "" : ": ") +
                              printable(gap.note, longest_note));
    }
  }
  return out;
}

}  // namespace penstock::cli
