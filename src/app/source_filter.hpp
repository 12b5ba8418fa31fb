// A source's filter, from its configuration.
#pragma once

#include "penstock/core/error.hpp"
#include "penstock/core/filter.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

// Reads filter.networks_file: a network a line; blank lines and what follows a `#` don't count. An
// error names the file, and the line.
Result<Filter> make_filter(const settings::Source& source);

}  // namespace penstock::app
