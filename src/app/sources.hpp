// The pipelines of all sources, which come and go with reloads. On the I/O thread.
//
// A source that is removed is drained, however long Kafka needs; then it is gone, its figures, too.
// One that is to be opened anew comes back once its journal is free again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/composition.hpp"
#include "app/source_pipeline.hpp"
#include "penstock/app/daemon.hpp"
#include "penstock/ops/metrics.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

// The parts that pipelines share; they outlive them.
struct Shared {
  boost::asio::io_context& io;
  extract::Pool& pool;
  ops::Metrics& metrics;
  const Instance& instance;
  const settings::Environment& environment;
  Log& log;
};

using ReadToken = std::function<Result<std::string>()>;

class Sources {
 public:
  // Something came to its end, or couldn't be opened again: see all_ended(). Not from within the
  // other calls.
  using Changed = std::function<void()>;

  Sources(const Shared& shared, Changed changed);
  ~Sources();

  struct Source {
    explicit Source(SourceName n) : name(std::move(n)) {}

    SourceName name;
    SourceCounters counters;
    JobCounters job_counters;
    bool removed = false;
    std::optional<publish::PublisherEnd> end;
    std::unique_ptr<SourcePipeline> pipeline;
  };

  // What can fail of a change, done before anything is changed. Of all sources, in the order of the
  // settings:
  using Filters = std::vector<Filter>;
  Result<Filters> read_filters(const settings::Settings& settings) const;
  // Of those that aren't there. A journal may hold a backlog, to be read for minutes: on a thread
  // of its own. `opened` is called on the I/O thread, within the call where none is to be opened;
  // with an error, too, once it drains. One call after the other: apply() belongs into `opened`.
  using Journals = std::map<SourceName, std::unique_ptr<journal::Directory>>;
  using Opened = std::function<void(Result<Journals>)>;
  void open_journals(const settings::Settings& settings, Opened opened);

  // Carries it out. `reopen`: those that can't take their change otherwise. New ones are started
  // once start() was called.
  void apply(const settings::Settings& settings, ReadToken read_token, Filters filters,
             Journals journals, const std::vector<SourceName>& reopen,
             publish::StatusTopic& status);
  void start();
  void drain();  // all; none comes back
  void clear();  // precondition: the io_context runs no more

  // In the order in which they came.
  const std::list<Source>& list() const { return list_; }

  bool all_ended() const;  // and none is to come
  bool all_taken_over() const;
  bool any_failed() const { return failed_; }  // the daemon can't go on as it was told to
  std::string take_problem() { return std::exchange(problem_, {}); }

 private:
  void open(const settings::Source& source, std::unique_ptr<journal::Directory> journal,
            Filter filter);
  const Source* find(const SourceName& name) const;
  void ended(Source& source, publish::PublisherEnd end);
  void remove(Source& source);
  void open_next();
  void open_missing(const settings::Settings& settings, Opened opened, Journals journals);
  void open_again(const SourceName& name);
  void opened_again(const SourceName& name, Result<Journals> journals);

  Shared shared_;
  Changed changed_;
  publish::StatusTopic* status_ = nullptr;
  settings::Settings settings_;  // in effect
  ReadToken read_token_;
  bool started_ = false;
  bool draining_ = false;
  bool failed_ = false;
  std::string problem_;
  std::list<Source> list_;  // they don't move
  std::map<SourceName, int> openings_;
  std::deque<std::function<void()>> waiting_;  // calls of open_journals()
  bool opening_ = false;                       // one is under way
  std::jthread opener_;                        // of journals
};

}  // namespace penstock::app
