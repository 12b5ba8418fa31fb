// What the user chose to see, and how keys change it. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/top/status_model.hpp"

namespace penstock::app::top {

enum class Key : std::uint8_t {
  up,
  down,
  page_up,
  page_down,
  first,
  last,
  enter,
  back,
  help,
  sort,
  quit,
  other,  // that means nothing by itself
};

enum class Page : std::uint8_t { list, source };

enum class Sort : std::uint8_t { configured, name, rate, delay, journal, gaps };
inline constexpr std::array<std::string_view, 6> sort_words{"configured", "name",    "rate",
                                                            "delay",      "journal", "gaps"};
std::string_view to_string(Sort sort);
std::optional<Sort> parse_sort(std::string_view word);

struct View {
  Page page = Page::list;
  Sort sort = Sort::configured;
  std::string source{};    // chosen; where there is none of this name, the first
  std::size_t scroll = 0;  // lines of a source's page that are above the terminal's
  bool help = false;       // over the page
  bool quit = false;
  bool operator==(const View&) const = default;
};

// What there is to choose from in the frame that the user sees.
struct Choices {
  std::vector<std::string> sources{};  // as they stand below each other
  std::size_t last_scroll = 0;
  std::size_t rows = 1;  // of what is scrolled
};

View press(View view, Key key, const Choices& choices);

// As the view wants them; equal ones as they are configured.
std::vector<const Source*> sorted(const Status& status, Sort sort);
// Of the chosen source; 0 where there is none.
std::size_t chosen_row(const std::vector<std::string>& sources, const std::string& chosen);

}  // namespace penstock::app::top
