#include "penstock/app/commands/dead_letters.hpp"

#include <map>
#include <set>
#include <utility>

#include "app/commands/extract_block.hpp"
#include "app/commands/letter_reader.hpp"
#include "app/composition.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/publish/command_producer.hpp"

namespace penstock::app {
namespace {

using publish::ReadTo;

// No source's name has a dot, so this is nobody else's.
std::string retry_id(const settings::Kafka& kafka) {
  return kafka.transactional_id_prefix + ".dead-letters.retry";
}

// A source as a retry needs it.
struct RetrySource {
  publish::Router router;
  extract::LaneOptions lane;  // with fingerprints where the daemon has them: for CloudEvents' ids
  std::string topic;
};

std::map<std::string, RetrySource> sources_of(const settings::Settings& settings) {
  std::map<std::string, RetrySource> sources;
  for (const settings::Source& source : settings.sources) {
    sources.emplace(source.name.str(),
                    RetrySource{.router = publish::Router(router_options(
                                    settings, settings.api.stream_url + source.path)),
                                .lane = {.max_line = settings.events.max_size,
                                         .kind = ChannelKind::live,
                                         .has_ledger = source.jobs},
                                .topic = settings::topic_name(settings.kafka, source.name.str())});
  }
  return sources;
}

// `line` has its line end, and stays as long as the batch.
Batch extract_line(extract::Pool& pool, const extract::LaneOptions& options,
                   const StoredLetter& letter, std::string_view line) {
  return extract_lines(pool, options, line, letter.received_at,
                       SessionId{letter.session.value_or(0)});
}

// One transaction's letters.
Result<void> retry_run(const std::vector<StoredLetter>& letters, std::vector<std::string> lines,
                       const std::map<std::string, RetrySource>& sources, extract::Pool& pool,
                       publish::CommandProducer& producer,
                       const std::function<void(const RetryAnswer&)>& tell) {
  std::vector<Batch> batches(letters.size());
  std::vector<publish::Outgoing> retries;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const StoredLetter& letter = letters[i];
    const RetrySource& source = sources.at(letter.source);
    lines[i] += '\n';
    batches[i] = extract_line(pool, source.lane, letter, lines[i]);
    if (auto why = why_no_event(batches[i])) {
      tell({.where = letter.where(), .topic = source.topic, .refused = std::move(*why)});
    } else {
      retries.push_back({.batch = &batches[i],
                         .router = &source.router,
                         .topic = source.topic,
                         .letter = &letter});
    }
  }
  if (retries.empty()) {
    return {};
  }
  return producer.publish(retries, wall_now(), [&](std::size_t index, const std::string& refused) {
    const publish::Outgoing& retry = retries[index];
    tell({.where = retry.letter->where(),
          .topic = retry.topic,
          .refused = refused.empty()
                         ? ""
                         : "Kafka refuses it: " + refused + "; compare the max.message.bytes of " +
                               retry.topic + " with its size of " +
                               std::to_string(retry.letter->size)});
  });
}

}  // namespace

Result<Letters> read_letters(const settings::Kafka& kafka, const LettersWanted& wanted) {
  NoLog log;
  auto topic = read_letter_topic(
      kafka_connection(kafka), settings::topic_name(kafka, "dead-letters"), ReadTo::committed, log);
  if (!topic) {
    return topic.error();
  }
  Letters letters = select_letters(std::move(topic->letters), wanted);
  letters.foreign = topic->foreign;
  return letters;
}

Result<LetterBytes> read_letter(const settings::Kafka& kafka, LetterPlace where) {
  NoLog log;
  const publish::KafkaConnection connection = kafka_connection(kafka);
  const std::string name = settings::topic_name(kafka, "dead-letters");
  const auto topic = read_letter_topic(connection, name, ReadTo::committed, log);
  if (!topic) {
    return topic.error();
  }
  const StoredLetter* const letter = find_letter(topic->letters, where);
  if (letter == nullptr) {
    return make_error(Errc::not_found, "there is no dead letter at " + to_string(where) + " of " +
                                           name + "; `penstock dead-letters ls --all` lists them");
  }
  auto bytes = read_letter_bytes(connection, name, {*letter}, log);
  if (!bytes) {
    return bytes.error();
  }
  return LetterBytes{.letter = *letter, .bytes = std::move(bytes->front())};
}

Result<void> retry_letters(const settings::Settings& settings, const RetryWanted& wanted,
                           const std::function<void(const RetryAnswer&)>& tell) {
  NoLog log;
  const publish::KafkaConnection connection = kafka_connection(settings.kafka);
  const std::string name = settings::topic_name(settings.kafka, "dead-letters");
  // First the producer: what another retry began is decided then, and it can't go on. So what is
  // read afterwards says what was retried.
  const auto producer = publish::CommandProducer::open(
      {.connection = connection,
       .topics = {.dead_letters = name},
       .transactional_id = retry_id(settings.kafka),
       .max_event = settings.events.max_size,
       .command = "penstock dead-letters retry",
       .after_failure = "the same command goes on where this one ended",
       .in_doubt = "`penstock dead-letters ls --all` tells; the same command again publishes none "
                   "twice"},
      log);
  if (!producer) {
    return producer.error();
  }
  const auto topic = read_letter_topic(connection, name, ReadTo::written, log);
  if (!topic) {
    return topic.error();
  }
  const auto sources = sources_of(settings);
  std::set<std::string> names;
  for (const auto& [source, unused] : sources) {
    names.insert(source);
  }
  RetryChoice choice = choose_letters(topic->letters, wanted, names);
  for (auto& [where, why] : choice.refused) {
    tell({.where = where, .topic = {}, .refused = std::move(why)});
  }
  extract::Pool pool(1);
  for (const auto& letters :
       in_runs(std::move(choice.letters), limits::transaction_bytes, limits::transaction_events)) {
    auto bytes = read_letter_bytes(connection, name, letters, log);
    if (!bytes) {
      return bytes.error();
    }
    if (auto done = retry_run(letters, std::move(*bytes), sources, pool, **producer, tell); !done) {
      return done;
    }
  }
  return {};
}

}  // namespace penstock::app
