// docs/configuration.md, out of the table of keys.
#pragma once

#include <string>

namespace penstock::settings {

std::string configuration_markdown();

}  // namespace penstock::settings
