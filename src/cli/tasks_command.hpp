// `penstock tasks list|create|status|revoke`: what its arguments are, and how its answers are
// shown.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/rows.hpp"
#include "cli/settings_of.hpp"
#include "penstock/core/job_words.hpp"
#include "penstock/core/time.hpp"
#include "penstock/remote/task_request.hpp"

namespace penstock::cli {

// What the arguments fill.
struct TasksOptions {
  ConfigurationOptions& configuration;
  Output output = Output::table;
  std::string job{};
  std::string file{};  // of a task; `-`: standard input
  remote::TaskWanted task{};
  bool dry_run = false;
  bool follow = false;
  std::string source{};  // that has the job's events; empty: the first with jobs
};

std::vector<Command> add_tasks(CLI::App& parser, TasksOptions& options);

// At most 80 columns; `colours`: of the status.
std::string task_table(std::span<const Task> tasks, WallTime now, bool colours);

}  // namespace penstock::cli
