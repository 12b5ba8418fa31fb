// /livez and /readyz: from figures to an answer. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/json_writer.hpp"
#include "penstock/core/units.hpp"

namespace penstock::ops {

struct HealthAnswer {
  int status = 200;  // HTTP
  std::string body;  // JSON
  bool operator==(const HealthAnswer&) const = default;
};

struct SourceHealth {
  std::string source;
  bool connected = false;
  bool refused = false;     // 401, 403 or 404: probed now and then
  bool taken_over = false;  // by another instance
  bool removed = false;     // by a reload: its last events are on the way to Kafka
  bool publishing_held = false;
  bool journal_full = false;  // reading stands still
  Duration kafka_away{0};     // since no broker answered; 0: there
};

struct HealthSnapshot {
  bool starting = false;
  bool draining = false;
  // The configuration was read again. Texts are printable, bounded, and hold no secret.
  std::string reload_rejected;  // what is wrong with it, so that the old one holds
  std::string restart_needed;   // what of it isn't applied
  std::vector<SourceHealth> sources;
};

// What holds of the whole program has no source.
struct Finding {
  std::string_view reason;
  std::string_view source;
  std::string_view detail = {};  // printable; of the snapshot
};
// Why events don't flow as they should: any makes the daemon not ready.
std::vector<Finding> reasons_of(const HealthSnapshot& snapshot);
// What works only in part.
std::vector<Finding> degraded_of(const HealthSnapshot& snapshot);
// "reasons":[…],"degraded":[…], within an object.
void write_findings(JsonWriter& json, const HealthSnapshot& snapshot);

// 503 with `reasons` while starting, draining, with a full journal, or with Kafka away for longer
// than limits::kafka_away; else 200. Both name in `degraded` what works only in part.
HealthAnswer readiness(const HealthSnapshot& snapshot);

struct LoopHealth {
  std::string loop;
  Duration age{0};  // of its heartbeat
};

// Those whose heartbeat is older than limits::heartbeat_age.
std::vector<LoopHealth> stuck(const std::vector<LoopHealth>& loops);

// 200 while no heartbeat is older than limits::heartbeat_age, else 503 naming those that are.
HealthAnswer liveness(const std::vector<LoopHealth>& loops);

}  // namespace penstock::ops
