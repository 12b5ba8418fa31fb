#include "settings/reload_rules.hpp"

#include <algorithm>

namespace penstock::settings {
namespace {

using S = Settings&;
using R = const Settings&;

// Sources come and go whole, so their keys are taken together.
constexpr Take take_sources = [](S running, R read) { running.sources = read.sources; };
constexpr Take take_backoff = [](S running, R read) { running.api.backoff = read.api.backoff; };
constexpr Take take_replay = [](S running, R read) {
  running.replay.concurrency = read.replay.concurrency;
  running.replay.task_poll_interval = read.replay.task_poll_interval;
  running.replay.settle_after = read.replay.settle_after;
};
constexpr Take take_access = [](S running, R read) {
  running.admin.cert_file = read.admin.cert_file;
  running.admin.key_file = read.admin.key_file;
  running.admin.password_file = read.admin.password_file;
};
constexpr Take restart = nullptr;

// In the order of key_table.
constexpr ReloadRule rules[] = {
    // Sessions that are open would stay with the old host.
    {"api.url", restart, Peer::api},
    {"api.stream_url", restart, Peer::api},
    {"api.token_file", [](S running, R read) { running.api.token_file = read.api.token_file; },
     Peer::api},
    {"api.token_header",
     [](S running, R read) { running.api.token_header = read.api.token_header; }, Peer::api},
    {"api.ca_file", [](S running, R read) { running.api.ca_file = read.api.ca_file; }, Peer::api},
    {"api.connect_timeout",
     [](S running, R read) { running.api.connect_timeout = read.api.connect_timeout; }},
    {"api.backoff.network_step", take_backoff},
    {"api.backoff.network_max", take_backoff},
    {"api.backoff.http_first", take_backoff},
    {"api.backoff.http_max", take_backoff},
    {"api.backoff.throttled_first", take_backoff},
    {"api.backoff.throttled_max", take_backoff},
    {"api.backoff.refused", take_backoff},
    {"api.backoff.jitter", take_backoff},
    {"api.backoff.healthy_after", take_backoff},

    {"sources", take_sources, Peer::api},
    {"sources.*.path", take_sources, Peer::api},
    {"sources.*.jobs", take_sources, Peer::api},
    {"sources.*.stall_timeout", take_sources, Peer::api},
    {"sources.*.filter.types", take_sources, Peer::api},
    {"sources.*.filter.networks", take_sources, Peer::api},
    {"sources.*.filter.networks_file", take_sources, Peer::api},
    {"sources.*.filter.countries", take_sources, Peer::api},

    {"events.max_size", restart},

    {"replay.concurrency", take_replay},
    {"replay.on_first_start", restart},
    {"replay.task_poll_interval", take_replay},
    {"replay.settle_after", take_replay},
    {"replay.ledger_size", restart},

    {"extract.workers", restart},

    {"kafka.brokers", restart},
    {"kafka.topic_prefix", restart},
    {"kafka.topics", restart},  // but for a source that comes with it, or goes: plan_reload()
    {"kafka.transactional_id_prefix", restart},
    {"kafka.key", restart},
    {"kafka.timestamp", restart},
    {"kafka.headers", restart},
    {"kafka.create_topics", restart},
    {"kafka.partitions", restart},
    {"kafka.replication_factor", restart},
    {"kafka.commit_interval",
     [](S running, R read) { running.kafka.commit_interval = read.kafka.commit_interval; }},
    {"kafka.properties", restart},

    {"journal.directory", restart},
    {"journal.max_size", restart},
    {"journal.sync_interval", restart},

    {"admin.listen", restart, Peer::admin},
    {"admin.cert_file", take_access, Peer::admin},
    {"admin.key_file", take_access, Peer::admin},
    {"admin.password_file", take_access, Peer::admin},
    {"admin.socket", restart},

    {"log.level", [](S running, R read) { running.log.level = read.log.level; }},
    {"log.format", restart},
};

}  // namespace

std::span<const ReloadRule> reload_rules() { return rules; }

const ReloadRule* find_reload_rule(std::string_view path) {
  const auto* const found = std::ranges::find(rules, path, &ReloadRule::path);
  return found == std::end(rules) ? nullptr : found;
}

}  // namespace penstock::settings
