// `penstock images`: what its arguments are, and how its answers are shown.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/rows.hpp"
#include "cli/settings_of.hpp"
#include "penstock/app/commands/images.hpp"

namespace penstock::cli {

struct ImagesOptions {
  ConfigurationOptions& configuration;
  Output output = Output::table;
  app::ImagesWanted wanted{};
  std::string page{};  // a number or `all`
  std::string download{};
};

std::vector<Command> add_images(CLI::App& parser, ImagesOptions& options);

// The id, and on a line of its own what else is known; at most 80 columns.
std::string image_lines(const app::ImageRow& row);

}  // namespace penstock::cli
