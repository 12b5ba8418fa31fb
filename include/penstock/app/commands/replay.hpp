// `penstock replay ID`: through the running daemon's admin socket, or to standard output without
// one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/settings/load.hpp"

namespace penstock::app {

struct ReplayWanted {
  std::string job;  // with or without `client-`
  bool force = false;
  std::optional<std::string> source{};  // none: the one that has jobs
};

// Asks the daemon; the text says what it answered. An error where it refuses, or isn't there.
Result<std::string> ask_for_replay(const std::filesystem::path& socket, const ReplayWanted& wanted);

// Writes the job's lines to file descriptor 1, progress and what went wrong to 2; returns the exit
// status. Uses `api` and `events.max_size` of the settings. SIGINT and SIGTERM end it after a whole
// line; they stay blocked for this thread.
int print_replay(const settings::Loaded& loaded, const settings::Inputs& inputs,
                 const std::string& job);

}  // namespace penstock::app
