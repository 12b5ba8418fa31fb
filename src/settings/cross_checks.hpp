// Values that are right one by one, and wrong together. Where `findings` have one of them already,
// nothing is said of the others.
#pragma once

#include <set>
#include <string>

#include "settings/given.hpp"

namespace penstock::settings {

// `known_sources`: those listed anywhere, connected or not. `given` tells where a value stands.
void cross_check(const Settings& settings, const std::set<std::string>& known_sources,
                 const GivenMap& given, Findings& findings);

}  // namespace penstock::settings
