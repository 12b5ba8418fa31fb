// What `--help` looks like: 80 columns, however long the texts are.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace penstock::cli {

// Texts are broken between words; line ends within them don't count, but in a footer, whose lines
// stay as they are. What a value may be isn't repeated behind its name: the text says it.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;

 private:
  std::string second_column(const std::string& text) const;
};

}  // namespace penstock::cli
