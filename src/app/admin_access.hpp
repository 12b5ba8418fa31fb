// How admin.listen is secured, from the configuration.
#pragma once

#include <string>
#include <string_view>

#include "penstock/core/error.hpp"
#include "penstock/core/log.hpp"
#include "penstock/ops/admin_access.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

// `127.0.0.1:9469`, `[::1]:9469`
std::string listen_text(const settings::Endpoint& endpoint);

// What others than this machine's users could read, or hear; empty: nothing.
std::string_view exposure(const settings::Admin& admin);

// Reads certificate and passwords; the log is told how they are, and of an exposure.
Result<ops::AdminAccess> admin_access(const settings::Admin& admin, Log& log);

// The same for who only looks.
Result<ops::AdminAccess> admin_access(const settings::Admin& admin);

}  // namespace penstock::app
