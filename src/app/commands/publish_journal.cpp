#include "penstock/app/commands/publish_journal.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "app/commands/journal_drain.hpp"
#include "app/composition.hpp"
#include "app/source_filter.hpp"
#include "penstock/app/commands/gaps.hpp"
#include "penstock/core/time.hpp"
#include "penstock/journal/directory.hpp"
#include "penstock/journal/inspection.hpp"
#include "penstock/journal/ring.hpp"
#include "penstock/publish/journal_publisher.hpp"

namespace penstock::app {
namespace {

struct Found {
  std::string directory;
  std::string id;
  const settings::Source* source = nullptr;
};

// The journal, and its source among those that are configured.
Result<Found> find(const settings::Settings& settings, const std::string& directory) {
  const auto path = journal::find_journal(directory);
  if (!path) {
    return path.error();
  }
  const auto inspection = journal::inspect(*path);
  if (!inspection) {
    return inspection.error();
  }
  const auto source =
      std::find_if(settings.sources.begin(), settings.sources.end(),
                   [&](const auto& one) { return one.name.str() == inspection->source; });
  if (source == settings.sources.end()) {
    return make_error(Errc::invalid_argument,
                      *path + " is of the source " + inspection->source +
                          ", which isn't configured: its topic and key are taken from `sources`");
  }
  if (source->jobs) {
    return make_error(
        Errc::invalid_argument,
        "the source " + inspection->source +
            " has jobs: its events go by the ledger, which the daemon has. Stop the one that runs "
            "for the source, and run `penstock run` with this journal.directory: it publishes what "
            "is left");
  }
  return Found{*path, inspection->id, &*source};
}

publish::JournalPublisherOptions publisher_options(const settings::Settings& settings,
                                                   const Found& found) {
  const settings::Kafka& kafka = settings.kafka;
  return {.source = found.source->name,
          .connection = kafka_connection(kafka),
          .topics = topic_names(kafka, found.source->name),
          .plan = topic_plan(settings),
          .transactional_id = kafka.transactional_id_prefix + "." + found.source->name.str() +
                              ".journal-" + found.id,
          .router = router_options(settings, settings.api.stream_url + found.source->path),
          .journal = found.id,
          .instance = random_id()};
}

// That name the journal: some of what they missed is in it.
Result<std::vector<GapRecord>> gaps_of(const settings::Kafka& kafka, const Found& found) {
  auto gaps = read_gaps(kafka, {.source = found.source->name.str(), .recovered = false});
  if (!gaps && gaps.error().code == Errc::not_found) {
    return std::vector<GapRecord>();
  }
  if (!gaps) {
    return gaps.error();
  }
  std::erase_if(gaps->records, [&](const GapRecord& gap) {
    return gap.note.find("journal " + found.id + " on ") == std::string::npos;
  });
  return std::move(gaps->records);
}

}  // namespace

Result<JournalPublished> publish_journal(const settings::Settings& settings,
                                         const std::string& directory) {
  const auto found = find(settings, directory);
  if (!found) {
    return found.error();
  }
  const auto filter = make_filter(*found->source);
  if (!filter) {
    return filter.error();
  }
  NoLog log;
  auto opened = journal::Directory::open(
      {.path = found->directory,
       .source = found->source->name,
       .segment_size = journal::segment_size_for(settings.events.max_size)},
      log);
  if (!opened) {
    return opened.error();
  }
  journal::Ring ring({.max_size = settings.journal.max_size,
                      .max_line = settings.events.max_size,
                      .segment_size = journal::segment_size_for(settings.events.max_size)},
                     **opened);
  JournalPublished done;
  const auto publisher = publish::JournalPublisher::make(publisher_options(settings, *found), log);
  const auto committed = publisher->open();
  if (!committed) {
    return committed.error();
  }
  const auto gaps = gaps_of(settings.kafka, *found);
  if (!gaps) {
    return gaps.error();
  }
  extract::Pool pool(worker_count(settings.extract));
  JournalDrain drain(
      ring, *publisher, pool,
      {.max_line = settings.events.max_size, .kind = ChannelKind::live, .has_ledger = false},
      *filter, [&](const JournalPublished& next) { return gaps_with_events(*gaps, next); });
  if (auto drained = drain.run(*committed, done); !drained) {
    return drained.error();
  }
  if (done.lines > 0) {
    done.open_gaps = static_cast<std::uint64_t>(std::ranges::count_if(*gaps, is_open));
    done.gaps = gaps->size() - done.open_gaps;
  }
  return done;
}

}  // namespace penstock::app
