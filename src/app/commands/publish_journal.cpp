#include "penstock/app/commands/publish_journal.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "app/commands/journal_drain.hpp"
#include "app/composition.hpp"
#include "app/source_filter.hpp"
#include "penstock/app/commands/gaps.hpp"
#include "penstock/core/json_writer.hpp"
#include "penstock/core/time.hpp"
#include "penstock/journal/directory.hpp"
#include "penstock/journal/inspection.hpp"
#include "penstock/journal/ring.hpp"
#include "penstock/publish/journal_publisher.hpp"

namespace penstock::app {
namespace {

constexpr std::string_view published = "; published from there: what was received until ";

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

// Those that name the journal: some of what they missed is there.
Result<void> note_in_gaps(const settings::Kafka& kafka, const Found& found,
                          publish::JournalPublisher& publisher, JournalPublished& done) {
  if (!done.up_to) {
    return {};
  }
  const auto gaps = read_gaps(kafka, {.source = found.source->name.str(), .recovered = false});
  if (!gaps) {
    return gaps.error().code == Errc::not_found ? Result<void>{} : gaps.error();
  }
  std::vector<SideRecord> records;
  for (const GapRecord& gap : gaps->records) {
    const std::uint64_t lines = records.empty() ? done.lines : 0;  // counted once
    if (auto json = gap_with_lines(gap.json, found.id, lines, *done.up_to); !json.empty()) {
      records.push_back({RecordTopic::gaps, gap.key, std::move(json)});
    }
  }
  done.gaps = records.size();
  return records.empty() ? Result<void>{} : publisher.publish({}, records);
}

void write(JsonWriter& out, const rapidjson::Value& value) {
  if (value.IsString()) {
    out.string({value.GetString(), value.GetStringLength()});
  } else if (value.IsUint64()) {
    out.number(value.GetUint64());
  } else if (value.IsArray()) {
    out.begin_array();
    for (const auto& one : value.GetArray()) {
      write(out, one);
    }
    out.end_array();
  } else {
    out.null();
  }
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
  extract::Pool pool(worker_count(settings.extract));
  JournalDrain drain(
      ring, *publisher, pool,
      {.max_line = settings.events.max_size, .kind = ChannelKind::live, .has_ledger = false},
      *filter);
  if (auto drained = drain.run(*committed, done); !drained) {
    return drained.error();
  }
  if (auto noted = note_in_gaps(settings.kafka, *found, *publisher, done); !noted) {
    return noted.error();
  }
  return done;
}

std::string gap_with_lines(const std::string& gap_json, const std::string& journal,
                           std::uint64_t lines, WallTime up_to) {
  rapidjson::Document gap;
  gap.Parse(gap_json.data(), gap_json.size());
  if (gap.HasParseError() || !gap.IsObject()) {
    return {};
  }
  const auto text = [&](const char* name) -> std::string_view {
    const auto member = gap.FindMember(name);
    return member == gap.MemberEnd() || !member->value.IsString()
               ? std::string_view()
               : std::string_view(member->value.GetString(), member->value.GetStringLength());
  };
  const std::string_view note = text("note");
  if (text("state") == "recovered" || note.find(published) != std::string_view::npos ||
      note.find("journal " + journal + " on ") == std::string_view::npos) {
    return {};
  }
  JsonWriter out;
  out.begin_object();
  for (const auto& member : gap.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    out.key(name);
    if (name == "recovered_events") {
      out.number(lines + (member.value.IsUint64() ? member.value.GetUint64() : 0));
    } else if (name == "note") {
      out.string(std::string(note) + std::string(published) + to_rfc3339(up_to));
    } else {
      write(out, member.value);
    }
  }
  out.end_object();
  return std::move(out).str();
}

}  // namespace penstock::app
