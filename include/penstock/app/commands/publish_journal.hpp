// `penstock journal publish`: what a daemon that is gone left in its journal, and another one, with
// a journal of its own, can't publish.
#pragma once

#include <cstdint>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

struct JournalPublished {
  std::uint64_t lines = 0;        // now in Kafka: events, and dead letters
  std::uint64_t filtered = 0;     // events that the source's filter leaves out
  std::uint64_t before = 0;       // that Kafka had already
  std::uint64_t closed_gaps = 0;  // records that named the journal
};

// `directory`: the journal of one source, or the directory of several with that one alone. Shows on
// a terminal how far it is. An error says what to do; what was committed before it stays so.
Result<JournalPublished> publish_journal(const settings::Settings& settings,
                                         const std::string& directory);

// The gap's record as it is once the events are there; empty: it doesn't name that journal, or is
// recovered. Pure.
std::string recovered_gap(const std::string& gap_json, const std::string& journal,
                          std::uint64_t lines);

}  // namespace penstock::app
