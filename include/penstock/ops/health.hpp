// /livez and /readyz: from figures to an answer. Pure.
#pragma once

#include <array>
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
  bool journal_full = false;   // reading stands still
  Duration kafka_away{0};      // since it takes nothing; 0: it does
  bool kafka_refused = false;  // it doesn't take the login, or isn't trusted
  std::string kafka_error;     // why the last call failed; empty: it didn't, or isn't known
};

struct HealthSnapshot {
  bool starting = false;
  bool draining = false;
  // The configuration was read again. Texts are printable, bounded, and hold no secret.
  std::string reload_rejected;  // what is wrong with it, so that the old one holds
  std::string restart_needed;   // what of it isn't applied
  std::vector<SourceHealth> sources;
};

// Why it isn't ready, and what works only in part; all the words that there are.
inline constexpr std::array<std::string_view, 4> not_ready_reasons{"starting", "draining",
                                                                   "journal_full", "kafka_away"};
inline constexpr std::array<std::string_view, 8> degraded_reasons{
    "reload_rejected", "restart_needed", "removed",         "taken_over",
    "refused",         "disconnected",   "publishing_held", "kafka_refused"};

// A reason as people are told it; one of a newer version's, without its underscores.
std::string reason_text(std::string_view reason);

struct HealthFinding {
  std::string_view reason;
  std::string source;  // empty: of the whole program
  std::string detail;  // empty: the word says it all
};
std::vector<HealthFinding> not_ready(const HealthSnapshot& snapshot);
std::vector<HealthFinding> degraded(const HealthSnapshot& snapshot);
// "reasons":[…],"degraded":[…], within an object.
void write_findings(JsonWriter& json, const HealthSnapshot& snapshot);

// 503 with `reasons` while starting, draining, with a full journal, or with Kafka away for longer
// than limits::kafka_away; else 200. Both name in `degraded` what works only in part. That Kafka
// refuses the daemon stands there at once, as it doesn't pass.
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
