// The status line of the service, as `systemctl status` shows it: what an operator wants to know
// first, in what 80 columns leave for it. Pure.
//
//   4 of 4 connected; 8,012 events/s in, 8,010 out; journal 3 %
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::ops {

// Of all sources together, at a time.
struct ServiceFigures {
  MonotonicTime at;
  bool starting = false;
  bool draining = false;
  std::size_t sources = 0;
  std::size_t connected = 0;
  std::uint64_t received_events = 0;
  std::uint64_t published_events = 0;
  std::uint64_t waiting_events = 0;  // received, and not yet committed
  double journal_fill = 0;           // of the fullest one, 0 to 1
  Duration kafka_away{0};            // of the source that waits longest; 0: it is there
};

// With the rates between the two.
std::string service_status(const ServiceFigures& before, const ServiceFigures& now);

// The figures of the last limits::status_rate_over: what rates are made of.
class RecentFigures {
 public:
  // The oldest of them.
  const ServiceFigures& add(const ServiceFigures& now);

 private:
  std::deque<ServiceFigures> figures_;
};

}  // namespace penstock::ops
