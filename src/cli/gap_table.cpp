#include "cli/gap_table.hpp"

#include <array>
#include <iostream>
#include <utility>

#include "cli/json_values.hpp"
#include "cli/text_table.hpp"
#include "penstock/core/text.hpp"

namespace penstock::cli {
namespace {

constexpr std::size_t longest_word = 15;  // of causes and states; those of penstock are shorter
constexpr std::size_t longest_note = 1000;

constexpr std::array<std::string_view, 7> titles{"STARTED, UTC", "LASTED",  "CAUSE", "STATE",
                                                 "MISSED",       "FETCHED", "JOBS"};
constexpr std::size_t first_number = 4;  // from here on right-aligned

TextRow row_of(const app::GapRecord& gap, WallTime now) {
  return {minute_text(gap.started_at),
          duration_text(gap.ended_at.value_or(now) - gap.started_at),
          printable(gap.cause, longest_word),
          printable(gap.state, longest_word),
          gap.estimated_events ? std::to_string(*gap.estimated_events) : "?",
          std::to_string(gap.recovered_events),
          std::to_string(gap.jobs)};
}

}  // namespace

std::string gap_table(std::span<const app::GapRecord> gaps, WallTime now) {
  std::vector<TextRow> rows{{titles.begin(), titles.end()}};
  for (const app::GapRecord& gap : gaps) {
    rows.push_back(row_of(gap, now));
  }
  const std::vector<std::string> lines = aligned(rows, first_number);
  std::string out = lines.front();
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const app::GapRecord& gap = gaps[i];
    out += lines[i + 1];
    append_wrapped(out, printable(gap.key) + (gap.note.empty() ? "" : ": ") +
                            printable(gap.note, longest_note));
  }
  return out;
}

void print_gaps(std::ostream& out, std::span<const app::GapRecord> gaps, Output output,
                WallTime now) {
  if (output == Output::table && gaps.empty()) {
    std::cerr << "no gaps\n";
  } else if (output == Output::table) {
    out << gap_table(gaps, now);
  } else {
    JsonValues values(out, output);
    for (const app::GapRecord& gap : gaps) {
      values.add(gap.json);
    }
    values.end();
  }
}

}  // namespace penstock::cli
