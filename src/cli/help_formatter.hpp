// What `--help` looks like: 80 columns, however long the texts are.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace penstock::cli {

// An option's text, and which others it needs and excludes.
std::string full_text(const CLI::Option& option);

// Texts are broken between words; line ends within them don't count. In a footer stand as they are:
// empty and indented lines, those of a list, and examples. What a value may be isn't repeated
// behind its name: the text says it.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_footer(const CLI::App* command) const override;

 private:
  std::string second_column(const std::string& text) const;
};

}  // namespace penstock::cli
