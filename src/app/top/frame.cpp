#include "app/top/frame.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "app/top/figures.hpp"
#include "app/top/pages.hpp"
#include "penstock/core/text.hpp"

namespace penstock::app::top {
namespace {

constexpr std::size_t small = 16;  // rows, below which none are for looks

// The daemon, since when it runs, and its time: as much of it as fits.
Line title_line(const Status& status, std::size_t columns) {
  const std::string who = "penstock " + status.version + " on " + status.host;
  const std::string up = duration_text(status.at - status.started_at);
  std::string since = to_rfc3339(status.started_at).substr(0, 16);
  since[10] = ' ';
  const std::string clock = to_rfc3339(status.at).substr(11, 8) + " UTC";
  const std::array<std::string, 3> texts{who + ", up since " + since + " UTC, for " + up,
                                         who + ", up for " + up, who};
  for (const std::string& text : texts) {
    if (text.size() + 2 + clock.size() <= columns) {
      return {{text, Style::strong}, {right(clock, columns - text.size()), Style::dim}};
    }
  }
  const auto* const fits =
      std::ranges::find_if(texts, [&](const std::string& text) { return text.size() <= columns; });
  return {{cut(fits == texts.end() ? who : *fits, columns), Style::strong}};
}

Lines trouble_lines(const Scene& scene, std::size_t columns) {
  Lines lines;
  if (scene.status == nullptr) {
    lines.push_back({{"penstock", Style::strong}, {", asked at " + scene.place}});
  }
  if (scene.trouble.empty()) {
    return lines;
  }
  constexpr std::string_view heading = "NO ANSWER  ";
  lines.push_back({{std::string(heading), Style::bad}, {printable(scene.trouble), Style::bad}});
  if (scene.status != nullptr) {
    lines.push_back({{std::string(heading.size(), ' ')},
                     {"what follows is " + duration_text(scene.age) + " old", Style::warning}});
  }
  for (Line& line : lines) {
    line = cut(std::move(line), columns);
  }
  return lines;
}

Lines header(const Scene& scene, Size size) {
  Lines lines;
  if (scene.status != nullptr) {
    lines.push_back(title_line(*scene.status, size.columns));
  }
  for (Line& line : trouble_lines(scene, size.columns)) {
    lines.push_back(std::move(line));
  }
  if (scene.status != nullptr && scene.trouble.empty() && !scene.view.help) {
    constexpr std::size_t most = 4;
    const std::size_t rows = size.rows < small ? 1 : most;
    for (Line& line : health_lines(*scene.status, {rows, size.columns})) {
      lines.push_back(std::move(line));
    }
  }
  if (size.rows >= small) {
    lines.push_back({});
  }
  return lines;
}

Line footer(const Scene& scene, const Frame& page, std::size_t columns) {
  struct Hint {
    std::string key, does;
  };
  std::vector<Hint> hints;
  if (scene.view.help) {
    hints = {{"any key", "back"}, {"q", "quit"}};
  } else if (scene.view.page == Page::source) {
    hints = {{"Esc", "back"}};
    if (page.choices.last_scroll > 0) {
      hints.push_back({"Up/Down", "scroll"});
    }
    hints.insert(hints.end(), {{"h", "help"}, {"q", "quit"}});
  } else {
    hints = {{"h", "help"},
             {"s", "sort: " + std::string(to_string(scene.view.sort))},
             {"Enter", "details"},
             {"q", "quit"}};
  }
  Line line;
  for (const Hint& hint : hints) {
    line.push_back({(line.empty() ? "" : "   ") + hint.key, Style::strong});
    line.push_back({" " + hint.does, Style::dim});
  }
  return cut(std::move(line), columns);
}

const Source* chosen_source(const Scene& scene) {
  if (scene.status == nullptr || scene.view.page != Page::source) {
    return nullptr;
  }
  const auto& sources = scene.status->sources;
  const auto found = std::ranges::find(sources, scene.view.source, &Source::name);
  return found == sources.end() ? nullptr : &*found;
}

Frame page_of(const Scene& scene, Size room) {
  if (scene.view.help) {
    return {help_page(room.columns), {}};
  }
  if (const Source* const source = chosen_source(scene)) {
    return source_page(scene, *source, room);
  }
  return scene.status == nullptr ? Frame{} : list_page(scene, room);
}

}  // namespace

Frame draw(const Scene& scene, Size size) {
  Frame frame;
  frame.lines = header(scene, size);
  const std::size_t below = scene.keys ? 1 : 0;
  const std::size_t rows = size.rows - std::min(size.rows, frame.lines.size() + below);
  Frame page = page_of(scene, {rows, size.columns});
  page.lines.resize(std::min(page.lines.size(), rows));
  for (Line& line : page.lines) {
    // What is old looks so.
    frame.lines.push_back(scene.trouble.empty() || scene.view.help
                              ? std::move(line)
                              : in_style(std::move(line), Style::dim));
  }
  frame.choices = std::move(page.choices);
  if (scene.keys && size.rows > 0) {
    frame.lines.resize(size.rows - 1);
    frame.lines.push_back(footer(scene, frame, size.columns));
  }
  frame.lines.resize(std::min(frame.lines.size(), size.rows));
  return frame;
}

}  // namespace penstock::app::top
