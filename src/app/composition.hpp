// From the configuration to the options of the parts.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/source_pipeline.hpp"
#include "penstock/journal/directory.hpp"
#include "penstock/settings/load.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

// What is the same for all sources of one process.
struct Instance {
  std::string id;  // 16 hex digits, a new one for each process
  std::string host;
  WallTime started_at;
};
Instance this_instance();
std::string random_id();  // 16 hex digits

publish::KafkaConnection kafka_connection(const settings::Kafka& kafka);
publish::TopicNames topic_names(const settings::Kafka& kafka, const SourceName& source);
publish::TopicPlan topic_plan(const settings::Settings& settings);
publish::RouterOptions router_options(const settings::Settings& settings, std::string stream_url);

// Reads the token each time it is called.
std::function<Result<std::string>()> token_reader(settings::Api api,
                                                  settings::Environment environment);

remote::SessionOptions session_options(const settings::Settings& settings,
                                       const settings::Environment& environment,
                                       std::function<Result<std::string>()> read_token);

// The same of one source.
remote::SessionOptions session_options(const settings::Settings& settings,
                                       const settings::Source& source,
                                       const settings::Environment& environment,
                                       std::function<Result<std::string>()> read_token);

remote::AccessOptions access_options(const settings::Settings& settings,
                                     const settings::Environment& environment,
                                     std::function<Result<std::string>()> read_token);

PipelineOptions pipeline_options(const settings::Settings& settings, const settings::Source& source,
                                 const settings::Environment& environment,
                                 std::function<Result<std::string>()> read_token,
                                 const Instance& instance,
                                 std::unique_ptr<journal::Directory> journal,
                                 std::function<void(const Error&)> journal_failed, Filter filter);

PipelineChange pipeline_change(const settings::Settings& settings, const settings::Source& source,
                               const settings::Environment& environment,
                               const std::function<Result<std::string>()>& read_token,
                               Filter filter);

// What the kernel couldn't write is lost where the machine stops, and is not to be asked for again:
// the process ends, and who starts next reads what is there.
std::function<void(const Error&)> end_where_flushing_fails(const SourceName& source, Log& log);

journal::DirectoryOptions journal_options(const settings::Settings& settings,
                                          const SourceName& source);

std::size_t worker_count(const settings::Extract& extract);

}  // namespace penstock::app
