// `penstock validate`: would a start succeed?
#pragma once

#include <string>
#include <vector>

#include "penstock/settings/load.hpp"

namespace penstock::app {

struct Finding {
  // misconfigured: the daemon would end with 78, too.
  enum class Level { ok, warning, failed, misconfigured } level;
  std::string subject;  // what was looked at: token, journal, api, kafka, …
  std::string text;     // printable, without secrets
};

// Checks the token, the journal and, unless `offline`, the API and Kafka. Takes a few seconds;
// leaves nothing changed.
std::vector<Finding> validate(const settings::Loaded& loaded, const settings::Inputs& inputs,
                              bool offline);

}  // namespace penstock::app
