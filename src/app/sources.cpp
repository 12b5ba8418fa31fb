#include "app/sources.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <numeric>
#include <utility>

#include "app/source_filter.hpp"

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
                                                         const SourceName& name, Log& log) {
  auto journal = journal::Directory::open(journal_options(settings, name), log);
  if (journal) {
    return journal;
  }
  const std::string& why = journal.error().what;
  log.error("the journal can't be opened", {{"source", name.str()}, {"error", why}});
  return Error{journal.error().code, "the journal of " + name.str() + " can't be opened: " + why};
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

struct Sources::Slot {
  explicit Slot(SourceName n) : name(std::move(n)) {}

  SourceName name;
  SourceCounters counters;
  JobCounters job_counters;
  bool removed = false;
  std::optional<publish::PublisherEnd> end;
};

Sources::Sources(const Shared& shared, Changed changed)
    : shared_(shared), changed_(std::move(changed)) {}

Sources::~Sources() = default;

Result<Sources::Prepared> Sources::prepare(const settings::Settings& settings) const {
  Prepared prepared;
  for (const settings::Source& source : settings.sources) {
    auto filter = read_filter(source, shared_.log);
    if (!filter) {
      return filter.error();
    }
    prepared.filters.push_back(std::move(*filter));
    if (find(source.name) != nullptr) {
      continue;
    }
    auto journal = open_journal(settings, source.name, shared_.log);
    if (!journal) {
      return journal.error();
    }
    prepared.opening.push_back({source, std::move(*journal)});
  }
  return prepared;
}

void Sources::apply(const settings::Settings& settings, ReadToken read_token, Prepared prepared,
                    const std::vector<SourceName>& reopen, publish::StatusTopic& status) {
  settings_ = settings;
  read_token_ = std::move(read_token);
  status_ = &status;
  const auto filter_of = [&](const settings::Source& source) -> Filter& {
    return prepared.filters[static_cast<std::size_t>(&source - settings_.sources.data())];
  };
  auto pipeline = pipelines_.begin();
  for (Slot& slot : slots_) {
    SourcePipeline& running = **pipeline++;
    const settings::Source* const source = find_source(settings_, slot.name);
    if (slot.removed) {
      continue;  // it comes back when it is gone, with what holds then
    }
    if (source != nullptr && std::ranges::find(reopen, slot.name) == reopen.end()) {
      running.reconfigure(pipeline_change(settings_, *source, shared_.environment, read_token_,
                                          std::move(filter_of(*source))));
      continue;
    }
    slot.removed = true;
    shared_.log.info("source removed", {{"source", slot.name.str()}, {"again", source != nullptr}});
    if (slot.end) {
      boost::asio::post(shared_.io, [this, &slot] { remove(slot); });
    } else {
      running.remove();
    }
  }
  for (Prepared::Opening& opening : prepared.opening) {
    const settings::Source& source = *find_source(settings_, opening.source.name);
    open(source, std::move(opening.journal), std::move(filter_of(source)));
  }
}

void Sources::open(const settings::Source& source, std::unique_ptr<journal::Directory> journal,
                   Filter filter) {
  Slot& slot = slots_.emplace_back(source.name);
  shared_.metrics.add_source(slot.name, slot.counters, slot.job_counters);
  // Its claims are told by their owner from those of its predecessor in this process.
  Instance owner = shared_.instance;
  if (const int opening = ++openings_[slot.name]; opening > 1) {
    owner.id += "-" + std::to_string(opening);
  }
  list_.push_back({slot.name, &slot.counters});
  pipelines_.push_back(std::make_unique<SourcePipeline>(
      shared_.io, shared_.pool, *status_,
      pipeline_options(settings_, source, shared_.environment, read_token_, owner,
                       std::move(journal), end_where_flushing_fails(slot.name, shared_.log),
                       std::move(filter)),
      slot.counters, slot.job_counters, shared_.log,
      [this, &slot](publish::PublisherEnd end) { ended(slot, end); }));
  if (started_) {
    shared_.log.info("source added", {{"source", slot.name.str()}});
    pipelines_.back()->start();
  }
}

void Sources::start() {
  started_ = true;
  for (const auto& pipeline : pipelines_) {
    pipeline->start();
  }
}

void Sources::drain() {
  draining_ = true;
  for (const auto& pipeline : pipelines_) {
    pipeline->drain();
  }
}

void Sources::clear() {
  pipelines_.clear();
  list_.clear();
}

void Sources::ended(Slot& slot, publish::PublisherEnd end) {
  tell_totals(slot.name, slot.counters, shared_.log);
  slot.end = end;
  failed_ = failed_ || end == publish::PublisherEnd::lost_position;
  if (slot.removed && !draining_) {
    // Behind what the pipeline has posted, and not from within it.
    boost::asio::post(shared_.io, [this, &slot] { remove(slot); });
  } else {
    changed_();
  }
}

void Sources::remove(Slot& slot) {
  const SourceName name = slot.name;
  const auto index = std::distance(
      slots_.begin(), std::ranges::find_if(slots_, [&](const Slot& s) { return &s == &slot; }));
  shared_.metrics.remove_source(name);
  list_.erase(list_.begin() + index);
  pipelines_.erase(pipelines_.begin() + index);
  slots_.erase(std::next(slots_.begin(), index));
  shared_.log.info("source gone", {{"source", name.str()}});
  if (!draining_) {
    open_again(name);
  }
  changed_();
}

// Its journal was this process's own until now, so that this fails by bad luck only.
void Sources::open_again(const SourceName& name) {
  const settings::Source* const source = find_source(settings_, name);
  if (source == nullptr) {
    return;
  }
  auto filter = read_filter(*source, shared_.log);
  auto journal = filter ? open_journal(settings_, name, shared_.log)
                        : Result<std::unique_ptr<journal::Directory>>(filter.error());
  if (journal) {
    open(*source, std::move(*journal), std::move(*filter));
    return;
  }
  problem_ = journal.error().what;
  shared_.log.error("the source can't be opened again: put it right, then restart",
                    {{"source", name.str()}, {"error", problem_}});
  failed_ = failed_ || pipelines_.empty();
}

const Sources::Slot* Sources::find(const SourceName& name) const {
  const auto found =
      std::ranges::find_if(slots_, [&](const Slot& slot) { return slot.name == name; });
  return found == slots_.end() ? nullptr : &*found;
}

bool Sources::all_ended() const {
  return std::ranges::all_of(slots_, [&](const Slot& slot) {
    const bool comes_back =
        slot.removed && !draining_ && find_source(settings_, slot.name) != nullptr;
    return slot.end && !comes_back;
  });
}

bool Sources::all_taken_over() const {
  const auto taken = [](const Slot& slot) {
    return slot.removed || slot.end == publish::PublisherEnd::taken_over;
  };
  const auto stayed = [](const Slot& slot) { return !slot.removed; };
  return std::ranges::any_of(slots_, stayed) && std::ranges::all_of(slots_, taken);
}

std::size_t Sources::running() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(slots_, [](const Slot& slot) { return !slot.end; }));
}

}  // namespace penstock::app
