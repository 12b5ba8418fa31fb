// The pipelines of all sources, which come and go with reloads. On the I/O thread.
//
// A source that is removed is drained, however long Kafka needs; then it is gone, its figures, too.
// One that is to be opened anew comes back once its journal is free again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
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

  // What can fail of a change, done before anything is changed: filters are read, journals opened.
  struct Prepared {
    struct Opening {
      settings::Source source;
      std::unique_ptr<journal::Directory> journal;
    };
    std::vector<Opening> opening;
    std::vector<Filter> filters;  // of all sources, in the order of the settings
  };
  Result<Prepared> prepare(const settings::Settings& settings) const;

  // Carries it out. `reopen`: those that can't take their change otherwise. New ones are started
  // once start() was called.
  void apply(const settings::Settings& settings, ReadToken read_token, Prepared prepared,
             const std::vector<SourceName>& reopen, publish::StatusTopic& status);
  void start();
  void drain();  // all; none comes back
  void clear();  // precondition: the io_context runs no more

  // In the order in which they came.
  const std::vector<Daemon::Source>& list() const { return list_; }
  const std::vector<std::unique_ptr<SourcePipeline>>& pipelines() const { return pipelines_; }

  bool all_ended() const;  // and none is to come back
  bool all_taken_over() const;
  bool any_failed() const { return failed_; }  // the daemon can't go on as it was told to
  std::size_t running() const;
  std::string take_problem() { return std::exchange(problem_, {}); }

 private:
  struct Slot;

  void open(const settings::Source& source, std::unique_ptr<journal::Directory> journal,
            Filter filter);
  const Slot* find(const SourceName& name) const;
  void ended(Slot& slot, publish::PublisherEnd end);
  void remove(Slot& slot);
  void open_again(const SourceName& name);

  Shared shared_;
  Changed changed_;
  publish::StatusTopic* status_ = nullptr;
  settings::Settings settings_;  // in effect
  ReadToken read_token_;
  bool started_ = false;
  bool draining_ = false;
  bool failed_ = false;
  std::string problem_;
  // These three in the same order.
  std::list<Slot> slots_;  // a list: they don't move
  std::vector<Daemon::Source> list_;
  std::vector<std::unique_ptr<SourcePipeline>> pipelines_;
  std::map<SourceName, int> openings_;
};

}  // namespace penstock::app
