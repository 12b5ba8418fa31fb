// THE table of what a reload may change while the daemon runs. Each key of key_table stands in it.
#pragma once

#include <span>
#include <string_view>

#include "penstock/settings/settings.hpp"

namespace penstock::settings {

// Puts a key's value of `read` into `running`.
using Take = void (*)(Settings& running, const Settings& read);

// What a key belongs to. While a key of it needs a restart, all of it does: a host gets no token,
// and an address no password, that is meant for another.
enum class Peer { none, api, admin };

struct ReloadRule {
  std::string_view path;  // as in key_table
  Take take = nullptr;    // none: it needs a restart
  Peer peer = Peer::none;
};

std::span<const ReloadRule> reload_rules();
// None: the key isn't there, which a test looks for.
const ReloadRule* find_reload_rule(std::string_view path);

}  // namespace penstock::settings
