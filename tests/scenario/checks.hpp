// What must hold when everything has settled, whatever happened before:
//
//   nothing is published twice, or otherwise than it came, or out of order;
//   of a settled job all is published;
//   what isn't published is covered by a gap record that says so, and gap records cover nothing
//   else than the times between two sessions.
#pragma once

#include <string>
#include <vector>

namespace penstock::scenario {

class World;

std::vector<std::string> check(World& world);

// Of every job, it is said for good what becomes of it.
bool all_settled(World& world);

}  // namespace penstock::scenario
