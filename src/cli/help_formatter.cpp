#include "cli/help_formatter.hpp"

#include <sstream>

#include "cli/text_table.hpp"
#include "cli/wrapped_text.hpp"

namespace penstock::cli {

std::string HelpFormatter::second_column(const std::string& text) const {
  return joined(wrapped(text, table_columns - get_column_width()), "\n");
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  std::ostringstream out;
  CLI::detail::format_help(out, command->get_display_name(true),
                           second_column(command->get_description()), get_column_width());
  return out.str();
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  std::string text = CLI::Formatter::make_option_opts(option);
  if (const std::size_t begin = text.find(":{"); begin != std::string::npos) {
    text.erase(begin, text.find('}', begin) + 1 - begin);
  }
  return text;
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  return second_column(option->get_description());
}

}  // namespace penstock::cli
