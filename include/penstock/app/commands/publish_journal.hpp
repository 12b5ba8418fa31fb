// `penstock journal publish`: what a daemon that is gone left in its journal, and another one, with
// a journal of its own, can't publish.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "penstock/app/commands/gaps.hpp"
#include "penstock/core/decision.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

struct JournalPublished {
  std::uint64_t lines = 0;      // now in Kafka: events, and dead letters
  std::uint64_t events = 0;     // those of them that are events
  std::uint64_t filtered = 0;   // events that the source's filter leaves out
  std::uint64_t before = 0;     // that Kafka had already
  std::uint64_t gaps = 0;       // whose records name the journal, and now what came from it
  std::uint64_t open_gaps = 0;  // whose records name it, and don't say what came from it
  WallTime up_to{};             // receipt of the last of the lines; means nothing without one
};

// `directory`: the journal of one source, or the directory of several with that one alone. Shows on
// a terminal how far it is. An error says what to do; what was committed before it stays so.
Result<JournalPublished> publish_journal(const settings::Settings& settings,
                                         const std::string& directory);

// The record of a gap that names the journal, once `events` of what it missed, received until
// `up_to`, are there as well. Its state stays: what came between the journal's sessions, and
// between its end and that of the gap, nobody knows; so does whatever else it has. An error where
// it isn't an object. Pure.
Result<std::string> gap_with_events(const GapRecord& record, std::uint64_t events, WallTime up_to);

// The same of those of `gaps` that have ended: a daemon that has an open one writes it anew, from
// what it knows itself. Their events are counted in the first.
Result<std::vector<SideRecord>> gaps_with_events(const std::vector<GapRecord>& gaps,
                                                 const JournalPublished& done);
inline bool is_open(const GapRecord& gap) { return !gap.ended_at; }

}  // namespace penstock::app
