#include "app/composition.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <thread>

#include "penstock/app/daemon.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/settings/secret.hpp"

namespace penstock::app {
namespace {

std::uint64_t random_number() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace

publish::RouterOptions router_options(const settings::Settings& settings, std::string stream_url) {
  publish::RouterOptions options;
  switch (settings.kafka.key) {
    case settings::Key::ip:
      options.key = publish::KeyField::ip;
      break;
    case settings::Key::job_id:
      options.key = publish::KeyField::job_id;
      break;
    case settings::Key::type:
      options.key = publish::KeyField::type;
      break;
    case settings::Key::none:
      options.key = publish::KeyField::none;
      break;
  }
  options.timestamp = settings.kafka.timestamp == settings::Timestamp::event
                          ? publish::TimestampField::event
                          : publish::TimestampField::received;
  options.headers = settings.kafka.headers == settings::Headers::basic ? publish::HeaderSet::basic
                    : settings.kafka.headers == settings::Headers::cloudevents
                        ? publish::HeaderSet::cloudevents
                        : publish::HeaderSet::none;
  options.stream_url = std::move(stream_url);
  return options;
}

namespace {

// Those that a reload can change; the rest is the start's.
jobs::JobsOptions jobs_options(const settings::Settings& settings, const settings::Source& source) {
  const settings::Replay& replay = settings.replay;
  const settings::Backoff& backoff = settings.api.backoff;
  return {.source = source.name,
          .has_jobs = source.jobs,
          .on_first_start = replay.on_first_start == settings::FirstStart::listed
                                ? jobs::FirstStart::listed
                            : replay.on_first_start == settings::FirstStart::unfinished
                                ? jobs::FirstStart::unfinished
                                : jobs::FirstStart::none,
          .replay_concurrency = replay.concurrency,
          .task_poll_interval = replay.task_poll_interval,
          .settle_after = replay.settle_after,
          .ledger_memory = replay.ledger_size,
          .retry_first = backoff.http_first,
          .retry_max = backoff.http_max,
          .id_seed = {}};
}

jobs::JobsOptions jobs_options(const settings::Settings& settings, const settings::Source& source,
                               const Instance& instance, const journal::Directory& journal) {
  jobs::JobsOptions options = jobs_options(settings, source);
  options.id_seed = instance.id;
  options.journal = journal.name();
  options.host = instance.host;
  options.journal_published = journal.last_released() != BlockSequence{};
  return options;
}

}  // namespace

std::string random_id() {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx",
                static_cast<unsigned long long>(random_number()));
  return text.data();
}

Instance this_instance() {
  return {.id = random_id(), .host = host_name(), .started_at = wall_now()};
}

publish::KafkaConnection kafka_connection(const settings::Kafka& kafka) {
  return {.brokers = kafka.brokers, .properties = kafka.properties};
}

publish::TopicNames topic_names(const settings::Kafka& kafka, const SourceName& source) {
  return {.events = settings::topic_name(kafka, source.str()),
          .dead_letters = settings::topic_name(kafka, "dead-letters"),
          .status = settings::topic_name(kafka, "status"),
          .state = settings::state_topic_name(kafka),
          .jobs = settings::topic_name(kafka, "jobs"),
          .gaps = settings::topic_name(kafka, "gaps")};
}

publish::TopicPlan topic_plan(const settings::Settings& settings) {
  return {.create = settings.kafka.create_topics,
          .partitions = settings.kafka.partitions,
          .replication_factor = settings.kafka.replication_factor,
          .max_event = settings.events.max_size};
}

std::function<Result<std::string>()> token_reader(settings::Api api,
                                                  settings::Environment environment) {
  return [api = std::move(api), environment = std::move(environment)]() -> Result<std::string> {
    auto token = settings::read_token(api, environment);
    if (!token) {
      return token.error();
    }
    return token->reveal();
  };
}

remote::SessionOptions session_options(const settings::Settings& settings,
                                       const settings::Environment& environment,
                                       std::function<Result<std::string>()> read_token) {
  const settings::Backoff& backoff = settings.api.backoff;
  const auto lookup = [&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  };
  return {.source = SourceName("unnamed"),
          .url = {},
          .token_header = settings.api.token_header,
          .read_token = std::move(read_token),
          .ca_file = settings.api.ca_file,
          .connect_timeout = settings.api.connect_timeout,
          .stall_timeout = Duration{0},
          .backoff = {.network_step = backoff.network_step,
                      .network_max = backoff.network_max,
                      .http_first = backoff.http_first,
                      .http_max = backoff.http_max,
                      .throttled_first = backoff.throttled_first,
                      .throttled_max = backoff.throttled_max,
                      .refused = backoff.refused,
                      .healthy_after = backoff.healthy_after,
                      .jitter = backoff.jitter},
          .user_agent = "penstock/" + std::string(version()),
          .proxy = remote::read_proxy_environment(lookup),
          .seed = random_number()};
}

remote::SessionOptions session_options(const settings::Settings& settings,
                                       const settings::Source& source,
                                       const settings::Environment& environment,
                                       std::function<Result<std::string>()> read_token) {
  remote::SessionOptions session = session_options(settings, environment, std::move(read_token));
  session.source = source.name;
  session.url = settings.api.stream_url + source.path;
  session.stall_timeout = source.stall_timeout;
  return session;
}

remote::AccessOptions access_options(const settings::Settings& settings,
                                     const settings::Environment& environment,
                                     std::function<Result<std::string>()> read_token) {
  remote::SessionOptions session = session_options(settings, environment, std::move(read_token));
  return {.token_header = std::move(session.token_header),
          .read_token = std::move(session.read_token),
          .ca_file = std::move(session.ca_file),
          .connect_timeout = session.connect_timeout,
          .user_agent = std::move(session.user_agent),
          .proxy = std::move(session.proxy)};
}

PipelineOptions pipeline_options(const settings::Settings& settings, const settings::Source& source,
                                 const settings::Environment& environment,
                                 std::function<Result<std::string>()> read_token,
                                 const Instance& instance,
                                 std::unique_ptr<journal::Directory> journal,
                                 std::function<void(const Error&)> journal_failed, Filter filter) {
  remote::AccessOptions access = access_options(settings, environment, read_token);
  remote::SessionOptions session =
      session_options(settings, source, environment, std::move(read_token));
  const std::string stream_url = session.url;
  const CommitBeat beat = CommitBeat::of(source.name, settings.kafka.commit_interval);
  const std::string journal_id = journal->name();
  const BlockSequence first_block = journal->first_sequence();
  jobs::JobsOptions jobs = jobs_options(settings, source, instance, *journal);
  return {.session = std::move(session),
          .ring = {.max_size = settings.journal.max_size,
                   .max_line = settings.events.max_size,
                   .segment_size = journal::segment_size_for(settings.events.max_size),
                   .sync_interval = settings.journal.sync_interval},
          .segments = std::move(journal),
          .journal_failed = std::move(journal_failed),
          .publisher = {.source = source.name,
                        .connection = kafka_connection(settings.kafka),
                        .topics = topic_names(settings.kafka, source.name),
                        .plan = topic_plan(settings),
                        .transactional_id =
                            settings.kafka.transactional_id_prefix + "." + source.name.str(),
                        .router = router_options(settings, stream_url),
                        .beat = beat,
                        .held_back = limits::held_back,
                        .instance = instance.id,
                        .host = instance.host,
                        .started_at = instance.started_at,
                        .journal = journal_id,
                        .first_block = first_block},
          .beat = beat,
          .jobs = std::move(jobs),
          .filter = std::move(filter),
          .replays = {.source = source.name,
                      .url = settings.api.url,
                      .replay_url = settings.api.stream_url,
                      .access = std::move(access),
                      .max_line = settings.events.max_size}};
}

PipelineChange pipeline_change(const settings::Settings& settings, const settings::Source& source,
                               const settings::Environment& environment,
                               const std::function<Result<std::string>()>& read_token,
                               Filter filter) {
  return {.session = session_options(settings, source, environment, read_token),
          .access = access_options(settings, environment, read_token),
          .jobs = jobs_options(settings, source),
          .filter = std::move(filter),
          .beat = CommitBeat::of(source.name, settings.kafka.commit_interval)};
}

std::function<void(const Error&)> end_where_flushing_fails(const SourceName& source, Log& log) {
  return [source, &log](const Error& error) {
    log.error("the journal can't be brought to disk: look at the disk, then start again",
              {{"source", source.str()}, {"error", error.what}});
    _exit(1);
  };
}

journal::DirectoryOptions journal_options(const settings::Settings& settings,
                                          const SourceName& source) {
  return {.path = settings.journal.directory / source.str(),
          .source = source,
          .segment_size = journal::segment_size_for(settings.events.max_size)};
}

std::size_t worker_count(const settings::Extract& extract) {
  if (extract.workers != 0) {
    return extract.workers;
  }
  // One core is left for I/O and publishing; parsing never needed more than a few.
  constexpr std::size_t enough = 8;
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  return std::clamp<std::size_t>(cores - 1, 1, enough);
}

}  // namespace penstock::app
