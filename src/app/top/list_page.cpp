#include <algorithm>
#include <array>
#include <functional>

#include "app/top/figures.hpp"
#include "app/top/pages.hpp"
#include "penstock/core/humane.hpp"
#include "penstock/core/units.hpp"

namespace penstock::app::top {
namespace {

struct Cell {
  std::string text;
  Style style = Style::plain;
};

enum class Id : std::uint8_t {
  name,
  connected,
  rate,
  history,
  delay,
  journal,
  gaps,
  jobs,
  replays,
  dead,
};

struct Column {
  Id id;
  std::string_view heading;
  std::size_t width;
  int worth;  // those with the least are left out first where the terminal is narrow
  std::optional<Sort> sort{};
};

// 71 characters, and nine spaces between them.
constexpr std::array<Column, 10> columns{{
    {Id::name, "SOURCE", 10, 9, Sort::name},
    {Id::connected, "CONNECTED", 9, 6},
    {Id::rate, "EVENTS/S", 8, 8, Sort::rate},
    {Id::history, "10 MINUTES", 10, 3},
    {Id::delay, "DELAY", 6, 7, Sort::delay},
    {Id::journal, "JOURNAL", 7, 5, Sort::journal},
    {Id::gaps, "GAPS", 5, 4, Sort::gaps},
    {Id::jobs, "JOBS", 4, 1},
    {Id::replays, "REPLAYS", 7, 0},
    {Id::dead, "DEAD", 5, 2},
}};

bool is_text(Id id) { return id == Id::name || id == Id::history; }

// A zero is nothing to look at.
Cell figure(std::uint64_t count, Style style = Style::plain) {
  return {short_count(count), count == 0 ? Style::dim : style};
}

bool has_finding(const Status& status, const Source& source, std::string_view reason) {
  return std::ranges::any_of(status.degraded, [&](const Finding& finding) {
    return finding.source == source.name && finding.reason == reason;
  });
}

Cell connected_cell(const Status& status, const Source& source) {
  if (source.connected) {
    return {source.connected_since ? duration_text(status.at - *source.connected_since) : "yes",
            Style::good};
  }
  if (has_finding(status, source, "taken_over")) {
    return {"elsewhere", Style::warning};
  }
  return {has_finding(status, source, "refused") ? "refused" : "no", Style::bad};
}

Cell journal_cell(const Source& source) {
  // From half on the journal is no buffer for a moment any more.
  constexpr std::uint64_t much = 2;
  const bool is_full =
      source.journal_capacity_bytes > 0 && source.journal_bytes >= source.journal_capacity_bytes;
  const bool is_much = source.journal_bytes > source.journal_capacity_bytes / much;
  return {percent_text(source.journal_bytes, source.journal_capacity_bytes), is_full ? Style::bad
                                                                             : is_much
                                                                                 ? Style::warning
                                                                                 : Style::plain};
}

Cell gaps_cell(const Source& source) {
  const std::uint64_t open = count_of(source.gaps, "open");
  const std::uint64_t recovering = count_of(source.gaps, "recovering");
  return {short_count(open) + "/" + short_count(recovering), open > 0         ? Style::bad
                                                             : recovering > 0 ? Style::warning
                                                                              : Style::dim};
}

Cell cell_of(Id id, const Scene& scene, const Source& source, std::size_t wide) {
  switch (id) {
    case Id::name:
      return {source.name, Style::strong};
    case Id::connected:
      return connected_cell(*scene.status, source);
    case Id::rate:
      return {source.events_per_second ? rate_text(*source.events_per_second) : "-"};
    case Id::history:
      return {sparkline(source.rates, wide, scene.glyphs), Style::plain};
    case Id::delay:
      return {source.delay() ? delay_text(*source.delay()) : "-"};
    case Id::journal:
      return journal_cell(source);
    case Id::gaps:
      return gaps_cell(source);
    case Id::jobs:
      return figure(count_of(source.jobs, "started"));
    case Id::replays:
      return figure(source.running_replays.size());
    case Id::dead:
      break;
  }
  return figure(sum_of(source.dead_letters), Style::warning);
}

// The columns that fit; what room is left goes to the names as far as they need it, then to the
// history.
std::vector<Column> fitted(const Status& status, std::size_t room) {
  std::vector<Column> chosen(columns.begin(), columns.end());
  const auto needed = [&] {
    std::size_t sum = chosen.size() - 1;
    for (const Column& column : chosen) {
      sum += column.width;
    }
    return sum;
  };
  while (chosen.size() > 1 && needed() > room) {
    chosen.erase(std::ranges::min_element(chosen, {}, &Column::worth));
  }
  std::size_t longest = 0;
  for (const Source& source : status.sources) {
    longest = std::max(longest, width(source.name));
  }
  Column& name = chosen.front();
  if (needed() > room) {
    name.width = room;
    return chosen;
  }
  name.width += std::min(room - needed(), longest - std::min(longest, name.width));
  constexpr std::size_t whole_history = 120;
  const auto history = std::ranges::find(chosen, Id::history, &Column::id);
  if (history != chosen.end()) {
    history->width += std::min(room - needed(), whole_history - history->width);
  }
  return chosen;
}

Line row_of(const std::vector<Column>& fit, const std::function<Cell(const Column&)>& cell) {
  Line line;
  for (const Column& column : fit) {
    const Cell content = cell(column);
    if (!line.empty()) {
      line.push_back({" "});
    }
    line.push_back(
        {is_text(column.id) ? left(content.text, column.width) : right(content.text, column.width),
         content.style});
  }
  return line;
}

Line event_line(const Event& event, WallTime now, std::size_t name_width, std::size_t room) {
  const bool is_bad = event.event == "disconnected" || event.event == "stalled" ||
                      event.event == "unauthorised" || event.event == "taken_over";
  std::string words = event.event;
  std::ranges::replace(words, '_', ' ');
  constexpr std::size_t time_width = 11;
  Line line{{left(event.at ? clock_text(*event.at, now) : "", time_width) + " ", Style::dim},
            {left(event.source, name_width) + " "},
            {words, is_bad ? Style::warning : Style::plain}};
  if (!event.detail.empty()) {
    line.push_back({"  " + event.detail, Style::dim});
  }
  return cut(std::move(line), room);
}

}  // namespace

Frame list_page(const Scene& scene, Size room) {
  const Status& status = *scene.status;
  Frame frame;
  const auto sources = sorted(status, scene.view.sort);
  for (const Source* source : sources) {
    frame.choices.sources.push_back(source->name);
  }
  const auto fit = fitted(status, room.columns);
  frame.lines.push_back(row_of(fit, [&](const Column& column) {
    const bool sorts = column.sort == scene.view.sort;
    return Cell{std::string(column.heading), sorts ? Style::strong : Style::dim};
  }));
  const std::size_t rows =
      std::min(sources.size(), room.rows - std::min<std::size_t>(1, room.rows));
  frame.choices.rows = rows;
  const std::size_t chosen = chosen_row(frame.choices.sources, scene.view.source);
  const std::size_t first = chosen < rows ? 0 : chosen + 1 - rows;
  for (std::size_t i = first; i < first + rows; ++i) {
    Line line = row_of(fit, [&](const Column& column) {
      return cell_of(column.id, scene, *sources[i], column.width);
    });
    line = cut(std::move(line), room.columns);
    frame.lines.push_back(scene.keys && i == chosen ? in_style(std::move(line), Style::selected)
                                                    : std::move(line));
  }
  constexpr std::size_t heading = 2;
  if (room.rows <= frame.lines.size() + heading || status.events.empty()) {
    return frame;
  }
  frame.lines.push_back({});
  frame.lines.push_back({{cut("LATEST EVENTS, UTC", room.columns), Style::dim}});
  const std::size_t shown = std::min(status.events.size(), room.rows - frame.lines.size());
  std::size_t name_width = 0;
  for (const Event& event : status.events) {
    name_width = std::max(name_width, width(event.source));
  }
  constexpr std::size_t widest_name = 16;
  for (std::size_t i = 0; i < shown; ++i) {
    frame.lines.push_back(event_line(status.events[status.events.size() - 1 - i], status.at,
                                     std::min(name_width, widest_name), room.columns));
  }
  return frame;
}

}  // namespace penstock::app::top
