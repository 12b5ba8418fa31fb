// A stream of the API on standard output, for commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "penstock/settings/load.hpp"

namespace penstock::app {

struct TailWanted {
  std::string source{};  // one of the settings
  std::string job{};     // with or without `client-`; empty: all
  settings::Filter filter{};
  std::optional<std::uint64_t> count{};  // of lines, then it ends
};

// Prints the source's events, one a line, through disconnects; says on standard error what happens.
// Ends by itself after `count` lines, where nobody reads any more, and where the API refuses the
// first connection. The process's exit status: 0 where it ended as wanted.
int tail(const settings::Loaded& loaded, const settings::Inputs& inputs, const TailWanted& wanted);

// Connects to the source, then creates a job (POST /v1/tasks with `task` as it is), and prints its
// events until it has ended. Not 0 where the job failed, was revoked, or events may be missing.
int create_and_follow(const settings::Loaded& loaded, const settings::Inputs& inputs,
                      const std::string& source, const std::string& task);

}  // namespace penstock::app
