// Environment variables and --set flags: texts into values by path.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "settings/given.hpp"

namespace penstock::settings {

// `sources`: the names that are known otherwise. What PENSTOCK_SOURCES lists is added to them.
// `unknown` gets the names that look like none of ours; one that does is a finding.
GivenMap read_variables(const Environment& environment, std::set<std::string>& sources,
                        std::vector<std::string>& unknown, Findings& findings);

GivenMap read_overrides(const std::map<std::string, std::string>& overrides,
                        std::set<std::string>& sources, Findings& findings);

}  // namespace penstock::settings
