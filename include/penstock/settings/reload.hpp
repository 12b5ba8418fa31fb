// What a configuration that was read again changes of the one in effect. Pure.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <vector>

#include "penstock/core/ids.hpp"
#include "penstock/settings/load.hpp"

namespace penstock::settings {

// As `penstock config` shows the values: what is secret is `(hidden)`. Empty: the key isn't there.
struct Change {
  std::string path;
  std::string before, after;
  bool operator==(const Change&) const = default;
};
// `kafka.brokers: "a:9092", now "b:9092"`
std::string to_string(const Change& change);

struct ReloadPlan {
  Loaded effective;                 // once it is carried out
  std::vector<Change> applied;      // in the order of docs/configuration.md
  std::vector<Change> restart;      // not applied: a restart is needed
  std::vector<SourceName> added;    // opened as at a start
  std::vector<SourceName> removed;  // drained
  // Drained, then opened: what changed of them can't while a session is open.
  std::vector<SourceName> reopened;
};

// Findings where what can be applied doesn't go with what can't.
using PlanResult = boost::system::result<ReloadPlan, std::vector<Finding>>;
PlanResult plan_reload(const Loaded& running, const Loaded& read);

}  // namespace penstock::settings
