// Reads the configuration again, and carries out what changed: all of what can be, or nothing where
// anything is wrong. On the I/O thread.
#pragma once

#include <functional>
#include <memory>
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

  ops::Response run(publish::StatusTopic& status);

  // Those whose change may be one of the configuration: what it consists of, and the files that it
  // names.
  Files files() const;
  const settings::Loaded& running() const { return running_; }

 private:
  // A plan, with all read and opened that it needs.
  struct Ready {
    settings::ReloadPlan plan;
    Sources::Prepared sources;
    ops::AdminAccess admin;
  };
  boost::system::result<Ready, std::vector<std::string>> prepare();
  void apply(Ready ready, publish::StatusTopic& status);

  settings::Loaded running_;
  ReadConfiguration read_;
  settings::Environment environment_;
  Parts parts_;
  Files read_files_;           // by the last load
  settings::Settings wanted_;  // by the last load that worked
};

}  // namespace penstock::app
