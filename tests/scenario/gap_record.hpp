// penstock's records, read as a user's program would.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/time.hpp"

namespace penstock::scenario {

class World;

// The text behind `"name":`, up to its end; of a string without the quotes.
std::string field(const std::string& json, const std::string& name);

struct GapRecord {
  std::string id, state, note, jobs;
  WallTime started_at;
  std::optional<WallTime> ended_at;
  bool says(std::string_view text) const { return note.find(text) != std::string::npos; }
  bool meets(WallTime from, WallTime to) const {
    return started_at <= to && (!ended_at || *ended_at >= from);
  }
};

// The latest of each gap of a source.
std::vector<GapRecord> gaps_of(World& world, const std::string& source);

}  // namespace penstock::scenario
