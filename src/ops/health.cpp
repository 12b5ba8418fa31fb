#include "penstock/ops/health.hpp"

#include <algorithm>
#include <string_view>

#include "penstock/core/json_writer.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::ops {
namespace {

constexpr int ok = 200;
constexpr int unavailable = 503;

void write_findings(JsonWriter& json, std::string_view key,
                    const std::vector<HealthFinding>& findings) {
  json.key(key).begin_array();
  for (const HealthFinding& finding : findings) {
    json.begin_object().field("reason", finding.reason);
    if (!finding.source.empty()) {
      json.field("source", finding.source);
    }
    if (!finding.detail.empty()) {
      json.field("detail", finding.detail);
    }
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::vector<HealthFinding> not_ready(const HealthSnapshot& snapshot) {
  std::vector<HealthFinding> found;
  if (snapshot.starting) {
    found.push_back({"starting", {}, {}});
  }
  if (snapshot.draining) {
    found.push_back({"draining", {}, {}});
  }
  for (const SourceHealth& source : snapshot.sources) {
    if (source.journal_full) {
      found.push_back({"journal_full", source.source, {}});
    }
    if (source.kafka_away > limits::kafka_away) {
      found.push_back({"kafka_away", source.source, source.kafka_error});
    }
  }
  return found;
}

std::vector<HealthFinding> degraded(const HealthSnapshot& snapshot) {
  std::vector<HealthFinding> found;
  if (snapshot.reload_rejected) {
    found.push_back({"reload_rejected", {}, {}});
  }
  for (const SourceHealth& source : snapshot.sources) {
    if (source.taken_over) {
      found.push_back({"taken_over", source.source, {}});
    } else if (source.refused) {
      found.push_back({"refused", source.source, {}});
    } else if (!source.connected) {
      found.push_back({"disconnected", source.source, {}});
    }
    if (source.publishing_held) {
      found.push_back({"publishing_held", source.source, {}});
    }
    if (source.kafka_refused) {
      found.push_back({"kafka_refused", source.source, source.kafka_error});
    }
  }
  return found;
}

HealthAnswer readiness(const HealthSnapshot& snapshot) {
  const auto reasons = not_ready(snapshot);
  JsonWriter json;
  json.begin_object().field("ready", reasons.empty());
  write_findings(json, "reasons", reasons);
  write_findings(json, "degraded", degraded(snapshot));
  json.end_object();
  return {reasons.empty() ? ok : unavailable, json.str()};
}

HealthAnswer liveness(const std::vector<LoopHealth>& loops) {
  const auto is_stuck = [](const LoopHealth& loop) { return loop.age > limits::heartbeat_age; };
  const bool alive = std::none_of(loops.begin(), loops.end(), is_stuck);
  JsonWriter json;
  json.begin_object().field("alive", alive).key("stuck").begin_array();
  for (const LoopHealth& loop : loops) {
    if (is_stuck(loop)) {
      const auto seconds = std::chrono::floor<std::chrono::seconds>(loop.age).count();
      json.begin_object()
          .field("loop", loop.loop)
          .field("seconds", std::int64_t{seconds})
          .end_object();
    }
  }
  json.end_array().end_object();
  return {alive ? ok : unavailable, json.str()};
}

}  // namespace penstock::ops
