#include "cli/help_formatter.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/text_table.hpp"
#include "cli/wrapped_text.hpp"

namespace penstock::cli {
namespace {

std::string names_of(const std::set<CLI::Option*>& options) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options) {
    names.push_back(option->get_positional() ? option->get_type_name() : option->get_name());
  }
  std::ranges::sort(names);  // CLI11 has them by address
  return joined(names, ", ");
}

bool stands_alone(std::string_view line) {
  return line.empty() || line.starts_with(' ') || line.starts_with("- ") ||
         line.starts_with("Example: ");
}

}  // namespace

std::string full_text(const CLI::Option& option) {
  std::string text = option.get_description();
  if (!option.get_needs().empty()) {
    text += " (needs " + names_of(option.get_needs()) + ")";
  }
  if (!option.get_excludes().empty()) {
    text += " (not with " + names_of(option.get_excludes()) + ")";
  }
  return text;
}

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
  if (option->get_items_expected_max() == 0) {
    return "";
  }
  const std::string type = option->get_type_name();
  const bool repeated = option->get_expected_max() == CLI::detail::expected_max_vector_size;
  return " " + type.substr(0, type.find(":{")) + (repeated ? " ..." : "") +
         (option->get_required() ? " REQUIRED" : "");
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  return second_column(full_text(*option));
}

std::string HelpFormatter::make_footer(const CLI::App* command) const {
  std::istringstream lines(command->get_footer());
  std::string out, paragraph;
  const auto end_paragraph = [&] {
    for (const std::string& line : wrapped(std::exchange(paragraph, {}), table_columns)) {
      out += line + '\n';
    }
  };
  for (std::string line; std::getline(lines, line);) {
    if (stands_alone(line)) {
      end_paragraph();
      out += line + '\n';
    } else {
      paragraph += line + ' ';
    }
  }
  end_paragraph();
  return out;
}

}  // namespace penstock::cli
