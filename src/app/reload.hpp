// Reads the configuration again, and carries out what changed: all of what can be, or nothing where
// anything is wrong. One at a time; what is asked for meanwhile is one more. On the I/O thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/file_watch.hpp"
#include "app/overview.hpp"
#include "app/sources.hpp"
#include "penstock/app/daemon.hpp"
#include "penstock/ops/admin_server.hpp"
#include "penstock/ops/metrics.hpp"
#include "penstock/settings/reload.hpp"

namespace penstock::app {

// What a page shows of several lines: the first of them, printable, cut where they are long.
std::string first_of(std::span<const std::string> lines);

// The answers of POST /reload.
ops::Response accepted_reload(const settings::ReloadPlan& plan);
ops::Response refused_reload(std::span<const std::string> findings);

class Reload {
 public:
  // The parts that it changes; they outlive it.
  struct Parts {
    Sources& sources;
    Stage& stage;
    ops::Metrics& metrics;
    FileWatch& watch;
    std::function<void(LogLevel)> set_log_level;
    std::function<void(ops::AdminAccess)> secure_admin;
    Log& log;
  };

  // `running` is in effect. `read`: none, there is nothing to be read again.
  Reload(settings::Loaded running, ReadConfiguration read, settings::Environment environment,
         Parts parts);

  // `answer` is called when it is over, perhaps within the call. What is asked for before begin()
  // waits for that.
  void run(ops::Answer answer);
  void begin(publish::StatusTopic& status);  // the sources are there
  // Answers all that waits: the daemon stops, and what is under way comes to nothing.
  void drain();

  // Those whose change may be one of the configuration: what it consists of, and the files that it
  // names.
  Files files() const;
  const settings::Loaded& running() const { return running_; }

 private:
  // A plan, with all read and opened that it needs.
  struct Ready {
    settings::ReloadPlan plan;
    Sources::Filters filters;
    ops::AdminAccess admin;
  };
  void next();
  void go_on(Result<Sources::Journals> journals);
  void answer(const ops::Response& response);
  boost::system::result<Ready, std::vector<std::string>> prepare();
  ops::Response reject(const std::vector<std::string>& findings);
  void apply(Ready ready, Sources::Journals journals);

  settings::Loaded running_;
  ReadConfiguration read_;
  settings::Environment environment_;
  Parts parts_;
  Files read_files_;                        // by the last load
  settings::Settings wanted_;               // by the last load that worked
  publish::StatusTopic* status_ = nullptr;  // none before begin()
  std::vector<ops::Answer> asked_;          // and not begun with
  std::vector<ops::Answer> under_way_;      // owed by the one that is
  std::optional<Ready> ready_;              // of it, until the journals are open
};

}  // namespace penstock::app
