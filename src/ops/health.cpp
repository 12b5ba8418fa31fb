#include "penstock/ops/health.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "penstock/core/limits.hpp"

namespace penstock::ops {
namespace {

constexpr int ok = 200;
constexpr int unavailable = 503;

struct Words {
  std::string_view reason, text;
};

constexpr std::array<Words, not_ready_reasons.size() + degraded_reasons.size()> known{{
    {"starting", "it is starting"},
    {"draining", "it is stopping: what was received still goes to Kafka"},
    {"journal_full", "the journal is full, reading stands still"},
    {"kafka_away", "Kafka has taken nothing for a minute"},
    {"reload_rejected", "the changed configuration is wrong, the old one holds"},
    {"restart_needed", "a changed setting needs a restart"},
    {"removed", "no longer configured, what was received goes out"},
    {"taken_over", "another instance publishes it"},
    {"refused", "the API refuses it: is the token right?"},
    {"disconnected", "not connected"},
    {"publishing_held", "Kafka refuses to take its events"},
    {"kafka_refused", "Kafka refuses the daemon: are login and certificates right?"},
}};

void write(JsonWriter& json, std::string_view key, const std::vector<HealthFinding>& findings) {
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

std::string reason_text(std::string_view reason) {
  const auto* const found = std::ranges::find(known, reason, &Words::reason);
  std::string text(found != known.end() ? found->text : reason);
  std::ranges::replace(text, '_', ' ');
  return text;
}

std::vector<HealthFinding> not_ready(const HealthSnapshot& snapshot) {
  std::vector<HealthFinding> found;
  if (snapshot.starting) {
    const auto waits = std::ranges::find_if(snapshot.sources, [](const SourceHealth& s) {
      return !s.removed && !s.kafka_error.empty();
    });
    found.push_back({"starting", {}, waits == snapshot.sources.end() ? "" : waits->kafka_error});
  }
  if (snapshot.draining) {
    found.push_back({"draining", {}, {}});
  }
  for (const SourceHealth& source : snapshot.sources) {
    if (source.removed) {
      continue;  // nobody waits for it
    }
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
  if (!snapshot.reload_rejected.empty()) {
    found.push_back({"reload_rejected", {}, snapshot.reload_rejected});
  }
  if (!snapshot.restart_needed.empty()) {
    found.push_back({"restart_needed", {}, snapshot.restart_needed});
  }
  for (const SourceHealth& source : snapshot.sources) {
    if (source.removed) {
      found.push_back({"removed", source.source, source.kafka_error});
    } else if (source.taken_over) {
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

void write_findings(JsonWriter& json, const HealthSnapshot& snapshot) {
  write(json, "reasons", not_ready(snapshot));
  write(json, "degraded", degraded(snapshot));
}

HealthAnswer readiness(const HealthSnapshot& snapshot) {
  const bool ready = not_ready(snapshot).empty();
  JsonWriter json;
  json.begin_object().field("ready", ready);
  write_findings(json, snapshot);
  json.end_object();
  return {ready ? ok : unavailable, json.str()};
}

std::vector<LoopHealth> stuck(const std::vector<LoopHealth>& loops) {
  std::vector<LoopHealth> found;
  std::copy_if(loops.begin(), loops.end(), std::back_inserter(found),
               [](const LoopHealth& loop) { return loop.age > limits::heartbeat_age; });
  return found;
}

HealthAnswer liveness(const std::vector<LoopHealth>& loops) {
  const auto found = stuck(loops);
  const bool alive = found.empty();
  JsonWriter json;
  json.begin_object().field("alive", alive).key("stuck").begin_array();
  for (const LoopHealth& loop : found) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(loop.age).count();
    json.begin_object()
        .field("loop", loop.loop)
        .field("seconds", std::int64_t{seconds})
        .end_object();
  }
  json.end_array().end_object();
  return {alive ? ok : unavailable, json.str()};
}

}  // namespace penstock::ops
