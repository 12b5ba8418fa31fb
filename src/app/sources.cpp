#include "app/sources.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <numeric>
#include <utility>

#include "app/source_filter.hpp"
#include "penstock/core/thread_name.hpp"

namespace penstock::app {
namespace {

const settings::Source* find_source(const settings::Settings& settings, const SourceName& name) {
  const auto found = std::ranges::find_if(
      settings.sources, [&](const settings::Source& source) { return source.name == name; });
  return found == settings.sources.end() ? nullptr : &*found;
}

Result<Filter> read_filter(const settings::Source& source, Log& log) {
  auto filter = make_filter(source);
  if (filter) {
    return filter;
  }
  const std::string& why = filter.error().what;
  log.error("the filter can't be made", {{"source", source.name.str()}, {"error", why}});
  return make_error(Errc::invalid_configuration,
                    "the filter of " + source.name.str() + " can't be made: " + why);
}

Result<std::unique_ptr<journal::Directory>> open_journal(const settings::Settings& settings,
                                                         const SourceName& name,
                                                         const std::stop_token& stop,
                                                         Log& log) try {
  journal::DirectoryOptions options = journal_options(settings, name);
  options.stop = stop;
  auto journal = journal::Directory::open(std::move(options), log);
  if (journal) {
    return journal;
  }
  const std::string& why = journal.error().what;
  if (stop.stop_requested()) {
    return journal.error();
  }
  log.error("the journal can't be opened", {{"source", name.str()}, {"error", why}});
  return Error{journal.error().code, "the journal of " + name.str() + " can't be opened: " + why};
} catch (const std::exception& failure) {  // memory, for one; on a thread that has nobody above
  log.error("the journal can't be opened", {{"source", name.str()}, {"error", failure.what()}});
  return make_error(Errc::io,
                    "the journal of " + name.str() + " can't be opened: " + failure.what());
}

// What the source did in this process. What is left in the journal goes out after the next start.
void tell_totals(const SourceName& name, const SourceCounters& totals, Log& log) {
  const EventFigures events = totals.events();
  const auto& letters = events.left.dead_letters;
  log.info("source ended",
           {{"source", name.str()},
            {"sessions", totals.sessions.get()},
            {"received_events", events.received},
            {"published_events", events.left.published},
            {"dead_letters", std::accumulate(letters.begin(), letters.end(), std::uint64_t{0})},
            {"journal_events", events.in_journal}});
}

}  // namespace

Sources::Sources(const Shared& shared, Changed changed)
    : shared_(shared), changed_(std::move(changed)) {}

Sources::~Sources() = default;

Result<Sources::Filters> Sources::read_filters(const settings::Settings& settings) const {
  Filters filters;
  for (const settings::Source& source : settings.sources) {
    auto filter = read_filter(source, shared_.log);
    if (!filter) {
      return filter.error();
    }
    filters.push_back(std::move(*filter));
  }
  return filters;
}

void Sources::open_journals(const settings::Settings& settings, Opened opened) {
  waiting_.emplace_back([this, settings, opened = std::move(opened)] {
    open_missing(settings,
                 [this, opened](Result<Journals> journals) {
                   opened(std::move(journals));
                   opening_ = false;
                   open_next();
                   boost::asio::post(shared_.io, changed_);
                 },
                 {});
  });
  open_next();
}

void Sources::open_next() {
  if (opening_ || waiting_.empty()) {
    return;
  }
  opening_ = true;
  const auto begin = std::move(waiting_.front());
  waiting_.pop_front();
  begin();
}

void Sources::open_missing(const settings::Settings& settings, Opened opened, Journals journals) {
  if (draining_) {
    opened(make_error(Errc::io, "the daemon is stopping"));
    return;
  }
  std::vector<SourceName> missing;
  for (const settings::Source& source : settings.sources) {
    if (find(source.name) == nullptr && !journals.contains(source.name)) {
      missing.push_back(source.name);
    }
  }
  if (missing.empty()) {
    opened(std::move(journals));
    return;
  }
  opener_ = std::jthread([this, settings, missing, opened = std::move(opened),
                          journals = std::move(journals)](const std::stop_token& stop) mutable {
    name_this_thread("open journals");
    std::optional<Error> failed;
    for (auto name = missing.begin(); name != missing.end() && !failed; ++name) {
      auto journal = open_journal(settings, *name, stop, shared_.log);
      if (journal) {
        journals.emplace(*name, std::move(*journal));
      } else {
        failed = journal.error();
      }
    }
    boost::asio::post(shared_.io,
                      [this, failed, settings = std::move(settings), opened = std::move(opened),
                       journals = std::move(journals)]() mutable {
                        if (failed) {
                          opened(*failed);
                        } else {
                          // Others may have gone meanwhile.
                          open_missing(settings, std::move(opened), std::move(journals));
                        }
                      });
  });
}

void Sources::apply(const settings::Settings& settings, ReadToken read_token, Filters filters,
                    Journals journals, const std::vector<SourceName>& reopen,
                    publish::StatusTopic& status) {
  settings_ = settings;
  read_token_ = std::move(read_token);
  status_ = &status;
  const auto filter_of = [&](const settings::Source& source) -> Filter& {
    return filters[static_cast<std::size_t>(&source - settings_.sources.data())];
  };
  for (Source& running : list_) {
    const settings::Source* const source = find_source(settings_, running.name);
    if (running.removed) {
      continue;  // it comes back when it is gone, with what holds then
    }
    if (source != nullptr && std::ranges::find(reopen, running.name) == reopen.end()) {
      running.pipeline->reconfigure(pipeline_change(settings_, *source, shared_.environment,
                                                    read_token_, std::move(filter_of(*source))));
      continue;
    }
    running.removed = true;
    shared_.log.info("source removed",
                     {{"source", running.name.str()}, {"again", source != nullptr}});
    if (running.end) {
      boost::asio::post(shared_.io, [this, &running] { remove(running); });
    } else {
      running.pipeline->remove();
    }
  }
  for (const settings::Source& source : settings_.sources) {
    if (const auto journal = journals.find(source.name); journal != journals.end()) {
      open(source, std::move(journal->second), std::move(filter_of(source)));
    }
  }
}

void Sources::open(const settings::Source& source, std::unique_ptr<journal::Directory> journal,
                   Filter filter) {
  std::list<Source> made;
  Source& one = made.emplace_back(source.name);
  // Its claims are told by their owner from those of its predecessor in this process.
  Instance owner = shared_.instance;
  if (const int opening = ++openings_[one.name]; opening > 1) {
    owner.id += "-" + std::to_string(opening);
  }
  one.pipeline = std::make_unique<SourcePipeline>(
      shared_.io, shared_.pool, *status_,
      pipeline_options(settings_, source, shared_.environment, read_token_, owner,
                       std::move(journal), end_where_flushing_fails(one.name, shared_.log),
                       std::move(filter)),
      one.counters, one.job_counters, shared_.log,
      [this, &one](publish::PublisherEnd end) { ended(one, end); });
  shared_.metrics.add_source(one.name, one.counters, one.job_counters);
  list_.splice(list_.end(), made);
  if (started_) {
    shared_.log.info("source added", {{"source", one.name.str()}});
    one.pipeline->start();
  }
}

void Sources::start() {
  started_ = true;
  for (const Source& source : list_) {
    source.pipeline->start();
  }
}

void Sources::drain() {
  draining_ = true;
  opener_.request_stop();
  for (const Source& source : list_) {
    source.pipeline->drain();
  }
}

void Sources::clear() {
  opener_ = {};
  list_.clear();
}

void Sources::ended(Source& source, publish::PublisherEnd end) {
  tell_totals(source.name, source.counters, shared_.log);
  source.end = end;
  failed_ = failed_ || end == publish::PublisherEnd::lost_position;
  if (source.removed && !draining_) {
    // Behind what the pipeline has posted, and not from within it.
    boost::asio::post(shared_.io, [this, &source] { remove(source); });
  } else {
    changed_();
  }
}

void Sources::remove(Source& source) {
  const SourceName name = source.name;
  shared_.metrics.remove_source(name);
  list_.remove_if([&](const Source& other) { return &other == &source; });
  shared_.log.info("source gone", {{"source", name.str()}});
  if (!draining_) {
    open_again(name);
  }
  changed_();
}

// Its journal was this process's own until now, so that this fails by bad luck only. But it may
// hold what Kafka didn't take, or what came before another instance took over.
void Sources::open_again(const SourceName& name) {
  const settings::Source* const source = find_source(settings_, name);
  if (source == nullptr) {
    return;
  }
  settings::Settings alone = settings_;
  alone.sources = {*source};
  open_journals(alone, [this, name](Result<Journals> journals) {
    if (!draining_) {
      opened_again(name, std::move(journals));
    }
  });
}

// With its journal, unless a reload before it has opened it.
void Sources::opened_again(const SourceName& name, Result<Journals> journals) {
  const settings::Source* const source = find_source(settings_, name);
  if (source == nullptr || find(name) != nullptr) {
    return;
  }
  auto filter = read_filter(*source, shared_.log);
  if (journals && filter) {
    open(*source, std::move(journals->at(name)), std::move(*filter));
    return;
  }
  problem_ = journals ? filter.error().what : journals.error().what;
  shared_.log.error("the source can't be opened again: put it right, then reload",
                    {{"source", name.str()}, {"error", problem_}});
  failed_ = failed_ || list_.empty();
}

const Sources::Source* Sources::find(const SourceName& name) const {
  const auto found = std::ranges::find(list_, name, &Source::name);
  return found == list_.end() ? nullptr : &*found;
}

bool Sources::all_ended() const {
  const bool some_come = opening_ && !draining_;
  return !some_come && std::ranges::all_of(list_, [&](const Source& source) {
    const bool comes_back =
        source.removed && !draining_ && find_source(settings_, source.name) != nullptr;
    return source.end && !comes_back;
  });
}

bool Sources::all_taken_over() const {
  const auto taken = [](const Source& source) {
    return source.removed || source.end == publish::PublisherEnd::taken_over;
  };
  const auto stayed = [](const Source& source) { return !source.removed; };
  return std::ranges::any_of(list_, stayed) && std::ranges::all_of(list_, taken);
}

}  // namespace penstock::app
