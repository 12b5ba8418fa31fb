#include "cli/usage_error.hpp"

#include <string_view>
#include <vector>

#include "penstock/core/text.hpp"

namespace penstock::cli {

std::string wrong_command(const CLI::App& parser) {
  const std::vector<const CLI::App*> commands =
      parser.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* command : commands) {
    if (command->parsed()) {
      return wrong_command(*command);
    }
  }
  const std::vector<std::string> rest = parser.remaining();
  if (commands.empty() || rest.empty() || rest.front().starts_with('-')) {
    return {};
  }
  std::vector<std::string_view> names;
  for (const CLI::App* command : commands) {
    names.push_back(command->get_name());
  }
  return "`" + printable(rest.front()) + "` is no command" +
         did_you_mean(nearest(rest.front(), names));
}

std::string check_count(const std::string& text) {
  return CLI::PositiveNumber(text).empty() && text.find('.') == std::string::npos
             ? ""
             : "must be a number from 1";
}

}  // namespace penstock::cli
