// The configuration, typed, with every default resolved. Plain values: load() makes them
// (load.hpp), the program reads them. Names, defaults and meanings: docs/configuration.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/ids.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/units.hpp"

namespace penstock::settings {

struct Backoff {
  Duration network_step{}, network_max{};
  Duration http_first{}, http_max{};
  Duration throttled_first{}, throttled_max{};
  Duration refused{};
  double jitter = 0;  // a share of the wait: 0.2 is ±20 %
  Duration healthy_after{};
};

struct Api {
  std::string url;         // https://host[:port][/base], no slash at the end
  std::string stream_url;  // the same form
  std::optional<std::filesystem::path> token_file;
  std::string token_header;
  std::optional<std::filesystem::path> ca_file;  // none: the system's trust store
  Duration connect_timeout{};
  Backoff backoff;
};

// Empty lists let everything through.
struct Filter {
  std::vector<std::string> types{}, networks{}, countries{};
  std::optional<std::filesystem::path> networks_file{};
};

struct Source {
  SourceName name;
  std::string path{};  // of the request, from the slash on
  bool jobs = false;   // its events carry job ids
  Duration stall_timeout{};
  Filter filter{};
};

struct Events {
  Bytes max_size;
};

enum class FirstStart { none, unfinished, listed };

struct Replay {
  std::size_t concurrency = 0;
  FirstStart on_first_start = FirstStart::none;
  Duration task_poll_interval{};
  Duration settle_after{};
  Bytes ledger_size;  // of each source
};

struct Extract {
  std::size_t workers = 0;  // 0: as many as the machine suggests
};

enum class Key { ip, job_id, type, none };
enum class Timestamp { received, event };
enum class Headers { none, basic, cloudevents };

struct Kafka {
  std::string brokers;  // host[:port],…
  std::string topic_prefix;
  std::map<std::string, std::string> topics;  // renames
  std::string transactional_id_prefix;
  Key key = Key::ip;
  Timestamp timestamp = Timestamp::received;
  Headers headers = Headers::none;
  bool create_topics = true;
  int partitions = 0;
  int replication_factor = 0;  // -1: the broker's default
  Duration commit_interval{};
  // librdkafka's names, the defaults among them. Secrets stand in here: never log it.
  std::map<std::string, std::string> properties;
};

struct Journal {
  std::filesystem::path directory;
  Bytes max_size;            // for each source
  Duration sync_interval{};  // 0: never flush
};

struct Endpoint {
  std::string address;  // an IP literal, without brackets
  std::uint16_t port = 0;
};

struct Admin {
  Endpoint listen;
  std::optional<std::filesystem::path> cert_file;      // none: no TLS
  std::optional<std::filesystem::path> key_file;       // none: the key is in cert_file
  std::optional<std::filesystem::path> password_file;  // none: everybody may read
  std::filesystem::path socket;
};

enum class LogFormat { text, json };

struct LogSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
};

struct Settings {
  Api api;
  std::vector<Source> sources;  // as listed, at least one
  Events events;
  Replay replay;
  Extract extract;
  Kafka kafka;
  Journal journal;
  Admin admin;
  LogSettings log;
};

// The full name of the topic `name`: a source's, `jobs`, `gaps`, `status` or `dead-letters`.
std::string topic_name(const Kafka& kafka, std::string_view name);
// penstock.<topic_prefix>.state
std::string state_topic_name(const Kafka& kafka);

}  // namespace penstock::settings
