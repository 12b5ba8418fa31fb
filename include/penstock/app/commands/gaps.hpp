// `penstock gaps`: what the topic `<prefix>.gaps` says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/time.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

// A record's value, and what of it a table shows. Texts are as Kafka has them.
struct GapRecord {
  std::string key;   // source/gap id
  std::string json;  // one line, without control characters
  std::string source, cause, state, note;
  WallTime started_at;
  std::optional<WallTime> ended_at;               // none: it is open
  std::optional<std::uint64_t> estimated_events;  // none: not known
  std::uint64_t recovered_events = 0;
  std::size_t jobs = 0;
};

// None where the value isn't one of penstock's.
std::optional<GapRecord> parse_gap(std::string_view key, std::string_view value);

struct GapsWanted {
  std::optional<std::string> source;  // none: of all
  bool recovered = false;             // those that are recovered, too
};

struct Gaps {
  std::vector<GapRecord> records;  // the newest version of each, by their beginning
  std::uint64_t unreadable = 0;    // records that aren't penstock's
};

// Reads the whole topic, up to now.
Result<Gaps> read_gaps(const settings::Kafka& kafka, const GapsWanted& wanted);

}  // namespace penstock::app
