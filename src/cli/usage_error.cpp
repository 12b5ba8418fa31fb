#include "cli/usage_error.hpp"

#include <charconv>
#include <limits>
#include <vector>

#include "penstock/core/text.hpp"

namespace penstock::cli {
namespace {

std::string check_from(std::uint64_t least, const std::string& text) {
  const auto number = parse_whole(text);
  return number && *number >= least
             ? ""
             : "must be a whole number from " + std::to_string(least) + " to " +
                   std::to_string(std::numeric_limits<std::uint64_t>::max());
}

}  // namespace

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

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  return error == std::errc{} && end == last ? std::optional(number) : std::nullopt;
}

std::string check_count(const std::string& text) { return check_from(1, text); }

std::string check_whole(const std::string& text) { return check_from(0, text); }

}  // namespace penstock::cli
