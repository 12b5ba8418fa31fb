// Reads what is small by its nature: the configuration, the token, a secret.
#pragma once

#include <filesystem>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"

namespace penstock::settings {

// Bounds, so that a wrong path (a device, a log) is an error and not an endless read.
inline constexpr Bytes max_config_file = 1_MiB;
inline constexpr Bytes max_value_file = 64_KiB;  // `${file:…}`: a certificate chain has room
inline constexpr Bytes max_token_file = 16_KiB;  // what servers accept as a header at most

// The error says why, without the path: the caller knows whether it may be shown.
Result<std::string> read_small_file(const std::filesystem::path& path, Bytes limit);

}  // namespace penstock::settings
