// Which lines of the log are written, where one event comes again and again. Pure.
//
// An event is told by its level, its name and the fields that say whose it is (`source`, `client`,
// `facility`), not by what varies. The first limits::log_repeats of limits::log_repeat_interval are
// written; the others are counted, and the count is told when the interval is over.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "penstock/core/log.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::ops {

// What was left out of one event.
struct LeftOut {
  LogLevel level = LogLevel::info;
  std::string event;
  std::string whose;  // the fields' values, with spaces between; may be empty
  std::uint64_t times = 0;
  Duration within{0};
  bool operator==(const LeftOut&) const = default;
};

class RepeatFilter {
 public:
  // Whether a line is written. What became due, or had to make room, is added to `left_out`: it is
  // written first. Lines below info always pass: who asks for them wants all.
  bool passes(LogLevel level, std::string_view event, std::span<const LogField> fields,
              MonotonicTime now, std::vector<LeftOut>& left_out);

  // Whose interval is over. To be asked now and then, as the event may not come again.
  std::vector<LeftOut> due(MonotonicTime now);
  // At the end: all.
  std::vector<LeftOut> rest(MonotonicTime now);

 private:
  using Key = std::tuple<LogLevel, std::string, std::string>;  // event, whose
  struct Run {
    MonotonicTime since;
    std::uint64_t lines = 0;
  };

  // Forgets those that are over.
  template <class IsOver>
  void sweep(IsOver is_over, MonotonicTime now, std::vector<LeftOut>& left_out);
  void make_room(MonotonicTime now, std::vector<LeftOut>& left_out);

  std::map<Key, Run> runs_;
};

}  // namespace penstock::ops
