// The daemon: all parts of penstock, put together and run.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/counters.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/log.hpp"
#include "penstock/settings/load.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

// Reads the configuration again, and tells which files that took.
using ReadConfiguration = std::function<settings::LoadResult(std::set<std::filesystem::path>&)>;

// What of the surroundings the daemon uses.
struct DaemonOptions {
  settings::Loaded configuration;
  std::function<Result<std::string>()> read_token;
  settings::Environment environment;  // proxies
  ReadConfiguration reload;           // none: it can't be read again
  bool watch = false;                 // its files: a change is a reload
  bool handle_signals = true;         // SIGTERM, SIGINT, SIGHUP
};

class Daemon {
 public:
  // `set_log_level` is called on a reload. `log` has to outlive the daemon.
  Daemon(DaemonOptions options, std::function<void(LogLevel)> set_log_level, Log& log);
  ~Daemon();

  // Runs until a signal or stop(); returns the exit status of the contract.
  int run();
  // Drains and ends run(). From any thread.
  void stop();

  struct Source {
    SourceName name;
    const SourceCounters* counters;
  };
  // The figures of the sources; they stay while no reload removes one. From any thread once it is
  // ready(), where nothing is reloaded: before, and by a reload, the I/O loop changes the list.
  std::vector<Source> sources() const;
  bool ready() const;  // every source can publish. From any thread.

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// `penstock run`. `watch`: reloads when a file of the configuration changes.
int run_daemon(const settings::Loaded& loaded, const settings::Inputs& inputs, bool watch);

// The project's version, as `--version` prints it.
std::string_view version() noexcept;

}  // namespace penstock::app
