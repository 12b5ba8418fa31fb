#include <array>
#include <utility>

#include "app/top/pages.hpp"

namespace penstock::app::top {
namespace {

struct Entry {
  std::string_view what, means;
};

constexpr std::array<Entry, 20> entries{{
    {"Up Down j k", "choose a source; on its page, scroll; PgUp PgDn Home End, too"},
    {"Enter", "all of the source: plots, gaps, jobs, replays, counts"},
    {"Esc", "back to all sources"},
    {"s", "sort by the next: configured, name, rate, delay, journal, gaps"},
    {"h ?", "this page; any key ends it"},
    {"q", "quit"},
    {"", ""},
    {"CONNECTED", "for how long; or no, refused by the API, elsewhere:"},
    {"", "published by another instance"},
    {"EVENTS/S", "received in the last five seconds"},
    {"10 MINUTES", "the rate over them, zero to its largest; now at the right"},
    {"DELAY", "from an event's own time to its receipt"},
    {"JOURNAL", "how full it is with what Kafka hasn't yet"},
    {"GAPS", "open, and being recovered by replays: 1/2"},
    {"JOBS", "that run now"},
    {"REPLAYS", "that are being read now"},
    {"DEAD", "dead letters since the start"},
    {"", ""},
    {"", "Units: k is 1,000, M a million; KiB is 1,024 bytes. Times are UTC."},
    {"", "The man page and docs/operations.md say more."},
}};

}  // namespace

Lines help_page(std::size_t columns) {
  constexpr std::size_t wide = 13;
  Lines lines;
  for (const Entry& entry : entries) {
    lines.push_back(
        cut(Line{{left(entry.what, wide), Style::strong}, {std::string(entry.means)}}, columns));
  }
  return lines;
}

}  // namespace penstock::app::top
