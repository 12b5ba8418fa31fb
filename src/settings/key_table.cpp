#include "settings/key_table.hpp"

#include <array>
#include <chrono>

#include "penstock/core/limits.hpp"
#include "penstock/core/secret_name.hpp"
#include "penstock/core/text.hpp"
#include "settings/kafka_properties.hpp"

namespace penstock::settings {
namespace {

using namespace std::chrono_literals;
using Words = std::string_view;

constexpr std::chrono::hours day{24};
constexpr std::array<Words, 3> first_starts{"none", "unfinished", "listed"};
constexpr std::array<Words, 4> kafka_keys{"ip", "job_id", "type", "none"};
constexpr std::array<Words, 2> timestamps{"received", "event"};
constexpr std::array<Words, 3> header_modes{"none", "basic", "cloudevents"};
constexpr std::array<Words, 5> log_levels{"trace", "debug", "info", "warning", "error"};
constexpr std::array<Words, 2> log_formats{"text", "json"};

std::optional<std::filesystem::path> unless_empty(std::filesystem::path path) {
  return path.empty() ? std::nullopt : std::optional(std::move(path));
}

std::string default_stall_timeout(const Context& c) {
  return c.source->jobs ? "1h" : c.source->name.str() == "sinkhole" ? "5m" : "60s";
}

std::string default_journal_directory(const Context& c) {
  // systemd gives several directories with colons between; StateDirectory= of our unit names one.
  const auto state = c.environment.find("STATE_DIRECTORY");
  return state == c.environment.end() || state->second.empty()
             ? "/var/lib/penstock/journal"
             : state->second.substr(0, state->second.find(':')) + "/journal";
}

std::string_view as_it_is(std::string_view entry) { return entry; }
std::string_view refuse_none(std::string_view) { return {}; }
bool never_secret(std::string_view) { return false; }

// In the order of the documentation. A computed default may use what stands before it.
constexpr KeySpec table[] = {
    {.path = "api.url",
     .kind = UrlKind{[](Target t, std::string v) { t.settings.api.url = std::move(v); }},
     .fallback = {""},
     .doc = "Where the API is. Has no default: the token never goes to a host that nobody named.",
     .required = true},
    {.path = "api.stream_url",
     .kind = UrlKind{[](Target t, std::string v) { t.settings.api.stream_url = std::move(v); }},
     .fallback = {"", [](const Context& c) { return c.settings.api.url; }, "`api.url`", "api.url"},
     .doc = "Where the event streams and replays are, if elsewhere. The token goes there too."},
    {.path = "api.token_file",
     .kind = PathKind{true,
                      [](Target t, std::filesystem::path v) {
                        t.settings.api.token_file = unless_empty(std::move(v));
                      }},
     .fallback = {""},
     .doc = "A file that holds the token. Without it: the systemd credential `token`, else the "
            "variable `PENSTOCK_API_TOKEN`. It is read again when the API refuses the token."},
    {.path = "api.token_header",
     .kind = TextKind{check_header_name,
                      [](Target t, std::string v) { t.settings.api.token_header = std::move(v); }},
     .fallback = {"X-Token"},
     .doc = "The request header that carries the token."},
    {.path = "api.ca_file",
     .kind = PathKind{true,
                      [](Target t, std::filesystem::path v) {
                        t.settings.api.ca_file = unless_empty(std::move(v));
                      }},
     .fallback = {""},
     .doc = "Certificates (PEM) to trust in place of the system's."},
    {.path = "api.connect_timeout",
     .kind = DurationKind{100ms, 5min,
                          [](Target t, Duration v) { t.settings.api.connect_timeout = v; }},
     .fallback = {"10s"},
     .doc =
         "How long it may take to the end of the TLS handshake, name look-up and proxy included; "
         "and once more from there to the end of the response header."},
    {.path = "api.backoff.network_step",
     .kind = DurationKind{0ms, 1h,
                          [](Target t, Duration v) { t.settings.api.backoff.network_step = v; }},
     .fallback = {"250ms"},
     .doc = "After the end of a body, a TCP or TLS error or a stall: at once, then longer by this "
            "a time."},
    {.path = "api.backoff.network_max",
     .kind = DurationKind{0ms, day,
                          [](Target t, Duration v) { t.settings.api.backoff.network_max = v; }},
     .fallback = {"16s"},
     .doc = "The longest of these waits."},
    {.path = "api.backoff.http_first",
     .kind = DurationKind{1ms, day,
                          [](Target t, Duration v) { t.settings.api.backoff.http_first = v; }},
     .fallback = {"5s"},
     .doc = "After 5xx and other unexpected statuses; doubles."},
    {.path = "api.backoff.http_max",
     .kind =
         DurationKind{1ms, day, [](Target t, Duration v) { t.settings.api.backoff.http_max = v; }},
     .fallback = {"320s"},
     .doc = "The longest of these waits."},
    {.path = "api.backoff.throttled_first",
     .kind = DurationKind{1ms, day,
                          [](Target t, Duration v) { t.settings.api.backoff.throttled_first = v; }},
     .fallback = {"60s"},
     .doc = "After 420 and 429 without `Retry-After`; doubles."},
    {.path = "api.backoff.throttled_max",
     .kind = DurationKind{1ms, day,
                          [](Target t, Duration v) { t.settings.api.backoff.throttled_max = v; }},
     .fallback = {"15m"},
     .doc = "The longest of these waits."},
    {.path = "api.backoff.refused",
     .kind =
         DurationKind{1ms, day, [](Target t, Duration v) { t.settings.api.backoff.refused = v; }},
     .fallback = {"5m"},
     .doc = "After 401, 403 and 404: how often to try again."},
    {.path = "api.backoff.jitter",
     .kind = ShareKind{[](Target t, double v) { t.settings.api.backoff.jitter = v; }},
     .fallback = {"0.2"},
     .doc = "The share by which each wait is made longer or shorter at random."},
    {.path = "api.backoff.healthy_after",
     .kind = DurationKind{0ms, day,
                          [](Target t, Duration v) { t.settings.api.backoff.healthy_after = v; }},
     .fallback = {"30s"},
     .doc = "A session as old as this resets the waits."},

    {.path = "sources",
     .kind = SourcesKind{},
     .fallback = {""},
     .doc = "What is listed is connected. In the file a mapping from names, freely chosen, to the "
            "keys below (`firehose: {}`); in the variable the names with commas. At most 100.",
     .required = true},
    {.path = "sources.*.path",
     .kind = TextKind{check_request_path,
                      [](Target t, std::string v) { t.source->path = std::move(v); }},
     .fallback = {"", [](const Context& c) { return "/v1/" + c.source->name.str(); },
                  "`/v1/<name>`"},
     .doc = "The path below `api.stream_url`."},
    {.path = "sources.*.jobs",
     .kind = BooleanKind{[](Target t, bool v) { t.source->jobs = v; }},
     .fallback =
         {"",
          [](const Context& c)
              -> std::string { return c.source->name.str() == "stream" ? "true" : "false"; },
          "`true` for the name `stream`"},
     .doc = "Its events carry job ids: tasks and replays apply."},
    {.path = "sources.*.stall_timeout",
     .kind = DurationKind{1s, day, [](Target t, Duration v) { t.source->stall_timeout = v; }},
     .fallback = {"", default_stall_timeout,
                  "`60s`; `5m` for `sinkhole`; `1h` where `jobs` is true", "sources.*.jobs"},
     .doc = "A session without a byte for this long is given up."},
    {.path = "sources.*.filter.types",
     .kind = ListKind{check_word,
                      [](Target t,
                         std::vector<std::string> v) { t.source->filter.types = std::move(v); }},
     .fallback = {""},
     .doc = "Publish only these types of events. Empty, as all filters: everything."},
    {.path = "sources.*.filter.networks",
     .kind = ListKind{check_network,
                      [](Target t,
                         std::vector<std::string> v) { t.source->filter.networks = std::move(v); }},
     .fallback = {""},
     .doc = "Publish only what concerns these networks: the address that `kafka.key: ip` takes."},
    {.path = "sources.*.filter.networks_file",
     .kind =
         PathKind{true, [](Target t,
                           std::filesystem::path
                               v) { t.source->filter.networks_file = unless_empty(std::move(v)); }},
     .fallback = {""},
     .doc = "More networks, one a line; `#` begins a comment."},
    {.path = "sources.*.filter.countries",
     .kind =
         ListKind{check_country,
                  [](Target t,
                     std::vector<std::string> v) { t.source->filter.countries = std::move(v); }},
     .fallback = {""},
     .doc = "Publish only what scanners in these countries saw."},

    {.path = "events.max_size",
     .kind = BytesKind{limits::oversized_kept, limits::largest_event,
                       [](Target t, Bytes v) { t.settings.events.max_size = v; }},
     .fallback = {"16MiB"},
     .doc = "A longer event goes to the dead letters; the first 64 KiB of it are kept. So does one "
            "that waits in the journal when a restart lowers this. A Kafka broker closes the "
            "connection on a request above its `socket.request.max.bytes`, by default 100 MiB, and "
            "the source would try again for ever."},

    {.path = "replay.concurrency",
     .kind = CountKind{1, 64,
                       [](Target t,
                          std::int64_t
                              v) { t.settings.replay.concurrency = static_cast<std::size_t>(v); }},
     .fallback = {"2"},
     .doc = "How many replays run at a time."},
    {.path = "replay.on_first_start",
     .kind =
         ChoiceKind{
             first_starts,
             [](Target t,
                std::size_t v) { t.settings.replay.on_first_start = static_cast<FirstStart>(v); }},
     .fallback = {"none"},
     .doc = "Which jobs of before a source's first start are fetched: `none`; `unfinished`, those "
            "that haven't ended; `listed`, all in the API's list of tasks. A later gap has what it "
            "touches fetched with `none`, too."},
    {.path = "replay.task_poll_interval",
     .kind = DurationKind{1s, day,
                          [](Target t, Duration v) { t.settings.replay.task_poll_interval = v; }},
     .fallback = {"60s"},
     .doc = "How often the list of tasks is read."},
    {.path = "replay.settle_after",
     .kind =
         DurationKind{0ms, day, [](Target t, Duration v) { t.settings.replay.settle_after = v; }},
     .fallback = {"60s"},
     .doc = "How long after its end a job's replay is taken as final."},
    {.path = "replay.ledger_size",
     .kind = BytesKind{limits::smallest_ledger, Bytes{1ull << 40},
                       [](Target t, Bytes v) { t.settings.replay.ledger_size = v; }},
     .fallback = {"400MB"},
     .doc = "Memory for what is remembered of the published events of jobs that are not settled, "
            "for each source; 10 million events fit in 400MB. A job whose events don't fit is "
            "published, but not replayed."},

    {.path = "extract.workers",
     .kind =
         CountKind{1, limits::max_workers,
                   [](Target t,
                      std::int64_t v) { t.settings.extract.workers = static_cast<std::size_t>(v); },
                   "auto", 0},
     .fallback = {"auto"},
     .doc = "Threads that parse events."},

    {.path = "kafka.brokers",
     .kind = TextKind{check_brokers,
                      [](Target t, std::string v) { t.settings.kafka.brokers = std::move(v); }},
     .fallback = {""},
     .doc = "Where Kafka is: `host[:port]`, several with commas.",
     .required = true},
    {.path = "kafka.topic_prefix",
     .kind =
         TextKind{check_topic_prefix,
                  [](Target t, std::string v) { t.settings.kafka.topic_prefix = std::move(v); }},
     .fallback = {"binaryedge"},
     .doc = "Topics are `<topic_prefix>.<source>`, `.jobs`, `.gaps`, `.status`, `.dead-letters`."},
    {.path = "kafka.topics",
     .kind = MapKind{as_it_is, refuse_none, never_secret, check_topic,
                     [](Target t, std::string entry, std::string v) {
                       t.settings.kafka.topics[std::move(entry)] = std::move(v);
                     }},
     .fallback = {""},
     .doc = "Other names for topics: `{firehose: scans.raw, dead-letters: scans.bad}`."},
    {.path = "kafka.transactional_id_prefix",
     .kind =
         TextKind{check_transactional_id,
                  [](Target t,
                     std::string v) { t.settings.kafka.transactional_id_prefix = std::move(v); }},
     .fallback = {"", [](const Context& c) { return "penstock." + c.settings.kafka.topic_prefix; },
                  "`penstock.<topic_prefix>`", "kafka.topic_prefix"},
     .doc = "Two running instances must not share it, but where one is to take over."},
    {.path = "kafka.key",
     .kind =
         ChoiceKind{kafka_keys,
                    [](Target t, std::size_t v) { t.settings.kafka.key = static_cast<Key>(v); }},
     .fallback = {"ip"},
     .doc = "The record's key, which decides the partition. Without one, partitions take turns."},
    {.path = "kafka.timestamp",
     .kind =
         ChoiceKind{timestamps,
                    [](Target t,
                       std::size_t v) { t.settings.kafka.timestamp = static_cast<Timestamp>(v); }},
     .fallback = {"received"},
     .doc = "The record's time: of its receipt, or the event's own."},
    {.path = "kafka.headers",
     .kind = ChoiceKind{header_modes,
                        [](Target t,
                           std::size_t v) { t.settings.kafka.headers = static_cast<Headers>(v); }},
     .fallback = {"none"},
     .doc = "The record's headers. They cost CPU."},
    {.path = "kafka.create_topics",
     .kind = BooleanKind{[](Target t, bool v) { t.settings.kafka.create_topics = v; }},
     .fallback = {"true"},
     .doc = "Create the topics that are missing."},
    {.path = "kafka.partitions",
     .kind = CountKind{1, 10'000,
                       [](Target t,
                          std::int64_t v) { t.settings.kafka.partitions = static_cast<int>(v); }},
     .fallback = {"4"},
     .doc = "Of created topics."},
    {.path = "kafka.replication_factor",
     .kind =
         CountKind{
             1, 100,
             [](Target t,
                std::int64_t v) { t.settings.kafka.replication_factor = static_cast<int>(v); },
             "-1", -1},
     .fallback = {"-1"},
     .doc = "Of created topics; -1 is the broker's default."},
    {.path = "kafka.commit_interval",
     .kind = DurationKind{10ms, 10s,
                          [](Target t, Duration v) { t.settings.kafka.commit_interval = v; }},
     .fallback = {"250ms"},
     .doc = "How often a transaction is committed: what consumers wait for an event at most."},
    {.path = "kafka.properties",
     .kind = MapKind{canonical_property, refused_property, is_secret_name, check_any,
                     [](Target t, std::string entry, std::string v) {
                       t.settings.kafka.properties[std::move(entry)] = std::move(v);
                     }},
     .fallback = {"compression.codec=lz4,partitioner=murmur2_random"},
     .doc = "Any librdkafka producer property, SASL and TLS among them. Those penstock owns "
            "(`transactional.id`, `enable.idempotence`, `acks`, …) are refused. What is set here "
            "is added to the defaults."},

    {.path = "journal.directory",
     .kind = PathKind{false,
                      [](Target t,
                         std::filesystem::path v) { t.settings.journal.directory = std::move(v); }},
     .fallback = {"", default_journal_directory,
                  "`$STATE_DIRECTORY/journal`, else `/var/lib/penstock/journal`"},
     .doc = "Where received bytes wait for Kafka, a folder for each source. It belongs to one "
            "daemon, and stays where it is while something waits in it."},
    {.path = "journal.max_size",
     .kind = BytesKind{Bytes{2 * limits::segment_size.count}, Bytes{1ull << 50},
                       [](Target t, Bytes v) { t.settings.journal.max_size = v; }},
     .fallback = {"4GiB"},
     .doc = "For each source. When it is full, reading stops until Kafka has caught up."},
    {.path = "journal.sync_interval",
     .kind =
         DurationKind{0ms, 1h, [](Target t, Duration v) { t.settings.journal.sync_interval = v; }},
     .fallback = {"1s"},
     .doc = "What is received is in Kafka or on disk within this time, and the time that flushing "
            "takes. `0s`: never flush."},

    {.path = "admin.listen",
     .kind = EndpointKind{[](Target t, Endpoint v) { t.settings.admin.listen = std::move(v); }},
     .fallback = {"127.0.0.1:9469"},
     .doc = "The address of health, metrics and status."},
    {.path = "admin.cert_file",
     .kind = PathKind{true, [](Target t,
                               std::filesystem::path
                                   v) { t.settings.admin.cert_file = unless_empty(std::move(v)); }},
     .fallback = {""},
     .doc = "A certificate (PEM, its chain behind it): `admin.listen` then speaks TLS alone. Read "
            "again on a reload."},
    {.path = "admin.key_file",
     .kind = PathKind{true, [](Target t,
                               std::filesystem::path
                                   v) { t.settings.admin.key_file = unless_empty(std::move(v)); }},
     .fallback = {""},
     .doc = "The certificate's key (PEM). Without it: it is in `admin.cert_file`, too."},
    {.path = "admin.password_file",
     .kind =
         PathKind{true, [](Target t,
                           std::filesystem::path
                               v) { t.settings.admin.password_file = unless_empty(std::move(v)); }},
     .fallback = {""},
     .doc =
         "Who may read `admin.listen`: `name:hash` a line, as `htpasswd -nB` and `openssl passwd "
         "-6` make hashes. `/livez` and `/readyz` answer everybody, without details. Read again "
         "on a reload."},
    {.path = "admin.socket",
     .kind =
         PathKind{false, [](Target t,
                            std::filesystem::path v) { t.settings.admin.socket = std::move(v); }},
     .fallback = {"/run/penstock/admin.sock"},
     .doc = "The only place for calls that change something."},

    {.path = "log.level",
     .kind = ChoiceKind{log_levels,
                        [](Target t,
                           std::size_t v) { t.settings.log.level = static_cast<LogLevel>(v); }},
     .fallback = {"info"},
     .doc = "What is logged: this level and those above."},
    {.path = "log.format",
     .kind = ChoiceKind{log_formats,
                        [](Target t,
                           std::size_t v) { t.settings.log.format = static_cast<LogFormat>(v); }},
     .fallback = {"text"},
     .doc = "How it is logged."},
};

}  // namespace

std::span<const KeySpec> key_table() { return table; }

}  // namespace penstock::settings
