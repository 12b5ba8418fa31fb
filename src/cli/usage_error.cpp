#include "cli/usage_error.hpp"

#include <vector>

#include "penstock/core/option_numbers.hpp"
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

CLI::Validator whole_from(std::uint64_t least, std::uint64_t most) {
  return {[=](std::string& text) { return settle_whole(text, least, most); }, ""};
}

}  // namespace penstock::cli
