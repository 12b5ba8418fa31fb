#include "penstock/core/counters.hpp"

#include <algorithm>

namespace penstock {

void LatencyHistogram::observe(double seconds, std::uint64_t times) noexcept {
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
  counts_[static_cast<std::size_t>(bucket)].add(times);
  sum_us_.add(static_cast<std::uint64_t>(std::max(seconds, 0.0) * 1e6) * times);
}

std::array<std::uint64_t, LatencyHistogram::bounds.size() + 1> LatencyHistogram::counts()
    const noexcept {
  std::array<std::uint64_t, bounds.size() + 1> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = counts_[i].get();
  }
  return out;
}

std::int64_t EventFigures::unaccounted() const noexcept {
  std::uint64_t away = left.published + left.duplicate + left.filtered + in_journal;
  for (const std::uint64_t letters : left.dead_letters) {
    away += letters;
  }
  return static_cast<std::int64_t>(received + recovered - away);
}

void SourceCounters::came(std::uint64_t lines, bool recovered) noexcept {
  (recovered ? recovered_events : received_events).add(lines);
}

void SourceCounters::leave(std::uint64_t lines, const EventTally& tally) noexcept {
  leaving_.move([&] {
    published_events.add(tally.published);
    duplicate_events.add(tally.duplicate);
    filtered_events.add(tally.filtered);
    for (std::size_t i = 0; i < dead_letters.size(); ++i) {
      dead_letters[i].add(tally.dead_letters[i]);
    }
    left_events.add(lines);
  });
}

EventFigures SourceCounters::events() const noexcept {
  std::uint64_t lines_left = 0;
  EventFigures figures;
  figures.left = leaving_.read([&] {
    lines_left = left_events.get();
    EventTally tally{.published = published_events.get(),
                     .duplicate = duplicate_events.get(),
                     .filtered = filtered_events.get(),
                     .dead_letters = {}};
    for (std::size_t i = 0; i < dead_letters.size(); ++i) {
      tally.dead_letters[i] = dead_letters[i].get();
    }
    return tally;
  });
  // Afterwards, so that all that left has come. What came since is in the journal.
  figures.received = received_events.get();
  figures.recovered = recovered_events.get();
  figures.in_journal = figures.received + figures.recovered - lines_left;
  return figures;
}

}  // namespace penstock
