#include "app/top/view.hpp"

#include <algorithm>

namespace penstock::app::top {
namespace {

// Those with the largest first.
double weight(const Source& source, Sort sort) {
  switch (sort) {
    case Sort::rate:
      return source.events_per_second.value_or(0);
    case Sort::delay:
      return source.delay().value_or(0);
    case Sort::journal:
      return source.journal_capacity_bytes == 0
                 ? 0
                 : static_cast<double>(source.journal_bytes) /
                       static_cast<double>(source.journal_capacity_bytes);
    case Sort::gaps:
      return static_cast<double>(count_of(source.gaps, "open") +
                                 count_of(source.gaps, "recovering"));
    case Sort::configured:
    case Sort::name:
      break;
  }
  return 0;
}

// How far a key goes.
std::optional<std::ptrdiff_t> step(Key key, std::size_t rows) {
  const auto page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, rows));
  constexpr std::ptrdiff_t all = 1'000'000;
  switch (key) {
    case Key::up:
      return -1;
    case Key::down:
      return 1;
    case Key::page_up:
      return -page;
    case Key::page_down:
      return page;
    case Key::first:
      return -all;
    case Key::last:
      return all;
    default:
      return std::nullopt;
  }
}

std::size_t moved(std::size_t from, std::ptrdiff_t by, std::size_t last) {
  return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(from) + by,
                                                             0, static_cast<std::ptrdiff_t>(last)));
}

View move(View view, std::ptrdiff_t by, const Choices& choices) {
  if (view.page == Page::source) {
    view.scroll = moved(std::min(view.scroll, choices.last_scroll), by, choices.last_scroll);
  } else if (!choices.sources.empty()) {
    const std::size_t row = chosen_row(choices.sources, view.source);
    view.source = choices.sources[moved(row, by, choices.sources.size() - 1)];
  }
  return view;
}

}  // namespace

std::string_view to_string(Sort sort) { return sort_words[static_cast<std::size_t>(sort)]; }

std::optional<Sort> parse_sort(std::string_view word) {
  const auto* const found = std::ranges::find(sort_words, word);
  return found == sort_words.end() ? std::nullopt
                                   : std::optional(static_cast<Sort>(found - sort_words.begin()));
}

View press(View view, Key key, const Choices& choices) {
  if (key == Key::quit) {
    view.quit = true;
    return view;
  }
  if (view.help) {  // any key ends it
    view.help = false;
    return view;
  }
  if (const auto by = step(key, choices.rows)) {
    return move(std::move(view), *by, choices);
  }
  switch (key) {
    case Key::help:
      view.help = true;
      break;
    case Key::sort:
      view.sort = static_cast<Sort>((static_cast<std::size_t>(view.sort) + 1) % sort_words.size());
      break;
    case Key::enter:
      if (view.page == Page::list && !choices.sources.empty()) {
        view.source = choices.sources[chosen_row(choices.sources, view.source)];
        view.page = Page::source;
        view.scroll = 0;
      }
      break;
    case Key::back:
      view.page = Page::list;
      break;
    default:
      break;
  }
  return view;
}

std::vector<const Source*> sorted(const Status& status, Sort sort) {
  std::vector<const Source*> sources;
  for (const Source& source : status.sources) {
    sources.push_back(&source);
  }
  std::ranges::stable_sort(sources, [&](const Source* a, const Source* b) {
    return sort == Sort::name ? a->name < b->name : weight(*a, sort) > weight(*b, sort);
  });
  return sources;
}

std::size_t chosen_row(const std::vector<std::string>& sources, const std::string& chosen) {
  const auto found = std::ranges::find(sources, chosen);
  return found == sources.end() ? 0 : static_cast<std::size_t>(found - sources.begin());
}

}  // namespace penstock::app::top
