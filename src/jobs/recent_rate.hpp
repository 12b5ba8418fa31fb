// How many events came in the last one to two minutes: what a gap is likely to have cost. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::jobs {

struct Rate {
  std::uint64_t events = 0;
  Duration time{0};
  bool operator==(const Rate&) const = default;

  // In so much time. None: too little is known.
  std::optional<std::uint64_t> in(Duration span) const {
    constexpr Duration enough{1'000};
    constexpr Duration longest{std::chrono::hours(100 * 24)};  // so that nothing overflows
    constexpr std::uint64_t most = 1'000'000'000;
    if (time < enough) {
      return std::nullopt;
    }
    const auto ms = [](Duration duration) {
      return static_cast<std::uint64_t>(std::max(duration, Duration(0)).count());
    };
    return std::min(events, most) * ms(std::min(span, longest)) / ms(time);
  }
};

class RecentRate {
 public:
  void open(WallTime at) {
    now_ = before_ = Rate{};
    since_ = at;
  }
  void add(std::uint64_t events, WallTime at) {
    now_.time = std::max(now_.time, Duration(at - since_));
    now_.events += events;
    if (now_.time >= window) {
      before_ = now_;
      now_ = Rate{};
      since_ = at;
    }
  }
  // Silence counts, too.
  Rate at(WallTime at) const {
    return {.events = before_.events + now_.events,
            .time = before_.time + std::max(now_.time, Duration(at - since_))};
  }

 private:
  static constexpr Duration window{60'000};
  Rate now_, before_;
  WallTime since_;
};

}  // namespace penstock::jobs
