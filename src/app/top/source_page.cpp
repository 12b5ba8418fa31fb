#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "app/top/figures.hpp"
#include "app/top/pages.hpp"
#include "penstock/core/humane.hpp"
#include "penstock/core/units.hpp"

namespace penstock::app::top {
namespace {

constexpr std::string_view indent = "          ";  // below labels, which are as wide

std::string label(std::string_view text) { return left(text, indent.size()); }

void append(Lines& to, Lines more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string counted(std::uint64_t number, std::string_view what, std::string_view many = "s") {
  return grouped(number) + " " + std::string(what) + (number == 1 ? "" : std::string(many));
}

Lines identity(const Source& source, WallTime now, std::size_t columns) {
  std::vector<Span> terms{{source.name, Style::strong}};
  if (source.connected && source.connected_since) {
    terms.push_back(
        {"connected since " + clock_text(*source.connected_since, now) + " UTC", Style::good});
    terms.push_back({"for " + duration_text(now - *source.connected_since)});
  } else if (source.connected) {
    terms.push_back({"connected", Style::good});
  } else {
    terms.push_back({"not connected", Style::bad});
  }
  terms.push_back({counted(source.sessions, "session")});
  terms.push_back({source.last_event_at
                       ? "last event " + duration_text(now - *source.last_event_at) + " ago"
                       : "no event yet"});
  return flowed("", terms, columns);
}

// A plot with its scale at the left, and below it how far it goes back.
Lines plot_lines(const Line& heading, Series series, double interval_seconds, Sample what,
                 const std::function<std::string(double)>& figure, Size size, Glyphs glyphs) {
  constexpr std::size_t scale = 7;
  const std::size_t wide = size.columns - std::min(size.columns, scale + 1);
  const double top = largest_of(series);
  Lines lines{heading};
  const auto rows = plot(series, wide, size.rows, top, what, glyphs);
  const std::string bar = glyphs == Glyphs::blocks ? "│" : "|";
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string mark = row == 0 && top > 0      ? figure(top)
                             : row + 1 == rows.size() ? figure(0)
                                                      : "";
    lines.push_back({{right(mark, scale) + bar, Style::dim}, {rows[row], Style::good}});
  }
  const std::size_t points = std::max(series.size(), wide);
  const std::string begin = "-" + duration_text(Duration(static_cast<std::int64_t>(
                                      static_cast<double>(points) * interval_seconds * 1000)));
  lines.push_back(
      {{std::string(scale + 1, ' ') + begin + right("now", wide - std::min(wide, width(begin))),
        Style::dim}});
  for (Line& line : lines) {
    line = cut(std::move(line), size.columns);
  }
  return lines;
}

Lines plots(const Source& source, Glyphs glyphs, Size room) {
  constexpr std::size_t gap = 2;
  constexpr std::size_t side_by_side = 70;
  constexpr std::size_t tall = 40;  // rows, from which on plots may take more of them
  const bool is_wide = room.columns >= side_by_side;
  const std::size_t rows = room.rows >= tall ? 8 : 4;
  const std::size_t columns = is_wide ? (room.columns - gap) / 2 : room.columns;
  const Size size{rows, columns};
  const auto heading = [](std::string_view title, const std::optional<double>& last, Series series,
                          const auto& figure) {
    return Line{{label(title), Style::dim},
                {last ? figure(*last) : "-", Style::strong},
                {", at most " + figure(largest_of(series))}};
  };
  Lines lines =
      plot_lines(heading("Events/s", source.events_per_second, source.rates, rate_text),
                 source.rates, source.interval_seconds, Sample::mean, rate_text, size, glyphs);
  Lines delays =
      plot_lines(heading("Delay", source.delay(), source.delays, delay_text), source.delays,
                 source.interval_seconds, Sample::largest, delay_text, size, glyphs);
  if (!is_wide) {
    append(lines, std::move(delays));
    return lines;
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].push_back({std::string(columns + gap - width(lines[i]), ' ')});
    lines[i].insert(lines[i].end(), delays[i].begin(), delays[i].end());
  }
  return lines;
}

// The balance: what came in is somewhere. The daemon takes its parts at one moment.
Lines balance(const Source& source, std::size_t columns) {
  const std::uint64_t in = source.received_events + source.recovered_events;
  const std::uint64_t dead = sum_of(source.dead_letters);
  const std::uint64_t out = source.published_events + source.duplicate_events +
                            source.filtered_events + dead + source.journal_events;
  Lines lines = flowed(label("In"),
                       {{grouped(in), Style::strong},
                        {grouped(source.received_events) + " received"},
                        {grouped(source.recovered_events) + " recovered from the journal"}},
                       columns);
  append(lines, flowed(label("Out"),
                       {{grouped(out), Style::strong},
                        {grouped(source.published_events) + " published"},
                        {counted(source.duplicate_events, "duplicate")},
                        {grouped(source.filtered_events) + " filtered"},
                        {counted(dead, "dead letter"), dead > 0 ? Style::warning : Style::plain},
                        {grouped(source.journal_events) + " in the journal"}},
                       columns));
  const std::uint64_t difference = in > out ? in - out : out - in;
  append(lines,
         flowed(label("Balance"),
                {difference == 0 ? Span{"even", Style::good}
                                 : Span{grouped(difference) + (in > out ? " fewer" : " more") +
                                            " out than in: a defect",
                                        Style::bad}},
                columns));
  return lines;
}

// Those that aren't zero.
std::vector<Span> words_of(const Counts& counts, std::string_view none) {
  std::vector<Span> terms;
  for (const auto& [word, number] : counts) {
    if (number > 0) {
      std::string text = word;
      std::ranges::replace(text, '_', ' ');
      terms.push_back({grouped(number) + " " + text});
    }
  }
  if (terms.empty()) {
    terms.push_back({std::string(none), Style::dim});
  }
  return terms;
}

Lines journal_lines(const Source& source, std::size_t columns) {
  return flowed(label("Journal"),
                {{percent_text(source.journal_bytes, source.journal_capacity_bytes) + " full"},
                 {spoken(Bytes{source.journal_bytes}) + " of " +
                  spoken(Bytes{source.journal_capacity_bytes})},
                 {spoken(Bytes{source.received_bytes}) + " received so far"}},
                columns);
}

Lines gap_lines(const Source& source, WallTime now, std::size_t columns) {
  Lines lines = flowed(label("Gaps"), words_of(source.gaps, "none"), columns);
  for (auto gap = source.latest_gaps.rbegin(); gap != source.latest_gaps.rend(); ++gap) {
    const bool is_open = gap->state == "open" || gap->state == "recovering";
    std::vector<Span> terms;
    if (gap->started_at) {
      terms.push_back({clock_text(*gap->started_at, now) +
                       (gap->ended_at ? " for " + duration_text(*gap->ended_at - *gap->started_at)
                                      : " until now")});
    }
    std::string cause = gap->cause;
    std::ranges::replace(cause, '_', ' ');
    terms.push_back({cause});
    terms.push_back({gap->state, is_open ? Style::warning : Style::plain});
    if (gap->estimated_events) {
      terms.push_back({"some " + grouped(*gap->estimated_events) + " missed"});
    }
    if (gap->jobs > 0) {
      terms.push_back(
          {grouped(gap->recovered_events) + " recovered of " + counted(gap->jobs, "job")});
    }
    if (!gap->note.empty()) {
      terms.push_back({gap->note, Style::dim});
    }
    append(lines, flowed(indent, terms, columns));
  }
  return lines;
}

Lines job_lines(const Source& source, WallTime now, std::size_t columns) {
  Lines lines = flowed(label("Jobs"), words_of(source.jobs, "none"), columns);
  for (auto job = source.latest_jobs.rbegin(); job != source.latest_jobs.rend(); ++job) {
    std::vector<Span> terms{{job->id, Style::strong},
                            {job->status},
                            {counted(job->events, "event")},
                            {counted(job->replays, "replay")}};
    terms.push_back(
        {job->settled ? "settled" : "not settled", job->settled ? Style::good : Style::plain});
    if (job->updated_at) {
      terms.push_back({"as of " + clock_text(*job->updated_at, now)});
    }
    append(lines, flowed(indent, terms, columns));
  }
  return lines;
}

Lines replay_lines(const Source& source, WallTime now, std::size_t columns) {
  std::vector<Span> over = words_of(source.replays, "none");
  over.back().text += " so far";
  over.push_back({grouped(source.running_replays.size()) + " running"});
  Lines lines = flowed(label("Replays"), over, columns);
  for (const Replay& replay : source.running_replays) {
    std::vector<Span> terms{{replay.job, Style::strong}};
    if (replay.started_at) {
      terms.push_back({"for " + duration_text(now - *replay.started_at)});
    }
    terms.push_back({counted(replay.delivered_events, "event") + " read"});
    terms.push_back({grouped(replay.published_events) + " of them were missing"});
    append(lines, flowed(indent, terms, columns));
  }
  return lines;
}

}  // namespace

Frame source_page(const Scene& scene, const Source& source, Size room) {
  const WallTime now = scene.status->at;
  Lines lines = identity(source, now, room.columns);
  append(lines, plots(source, scene.glyphs, room));
  append(lines, balance(source, room.columns));
  if (sum_of(source.dead_letters) > 0) {
    append(lines, flowed(label("Dead"), words_of(source.dead_letters, ""), room.columns));
  }
  append(lines, journal_lines(source, room.columns));
  append(lines, replay_lines(source, now, room.columns));
  append(lines, gap_lines(source, now, room.columns));
  append(lines, job_lines(source, now, room.columns));
  Frame frame;
  frame.choices.rows = room.rows;
  frame.choices.last_scroll = lines.size() - std::min(lines.size(), room.rows);
  const std::size_t first = std::min(scene.view.scroll, frame.choices.last_scroll);
  const std::size_t last = std::min(lines.size(), first + room.rows);
  for (std::size_t i = first; i < last; ++i) {
    frame.lines.push_back(cut(std::move(lines[i]), room.columns));
  }
  return frame;
}

}  // namespace penstock::app::top
