// Whether the user wants colours.
#pragma once

#include "penstock/settings/load.hpp"

namespace penstock::cli {

// https://no-color.org: not where NO_COLOR is set, and not empty.
inline bool colours_allowed(const settings::Environment& environment) {
  const auto set = environment.find("NO_COLOR");
  return set == environment.end() || set->second.empty();
}

}  // namespace penstock::cli
