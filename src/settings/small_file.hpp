// Reads what is small by its nature: the configuration, the token, a secret.
#pragma once

#include <filesystem>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"

namespace penstock::settings {

// `limit` makes a wrong path (a device, a log) an error and not an endless read. The error says
// why, without the path: the caller knows whether it may be shown.
Result<std::string> read_small_file(const std::filesystem::path& path, Bytes limit);

}  // namespace penstock::settings
