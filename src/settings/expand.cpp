#include "settings/expand.hpp"

#include <algorithm>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"
#include "settings/small_file.hpp"

namespace penstock::settings {
namespace {

constexpr std::string_view file_prefix = "file:";

Error wrong(std::string what) { return make_error(Errc::invalid_configuration, std::move(what)); }

bool is_name(std::string_view text) {
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

Result<std::string> file_content(std::string_view path) {
  if (!path.starts_with('/')) {
    return wrong("`${file:…}` needs an absolute path");
  }
  auto content = read_small_file(path, limits::value_file);
  if (!content) {
    return wrong("can't read `" + printable(path) + "`: " + content.error().what);
  }
  if (content->ends_with('\n')) {
    content->pop_back();
  }
  if (content->ends_with('\r')) {
    content->pop_back();
  }
  return content;
}

Result<std::string> variable(std::string_view reference, const Environment& environment,
                             bool secret) {
  const std::size_t separator = reference.find(":-");
  const std::string name(reference.substr(0, separator));
  if (!is_name(name)) {
    return wrong("`${` must be followed by NAME}, NAME:-default} or file:/path}");
  }
  const bool has_default = separator != std::string_view::npos;
  const auto found = environment.find(name);
  if (found != environment.end() && !(has_default && found->second.empty())) {
    return found->second;
  }
  if (has_default) {  // as in a shell, for an empty variable too
    return std::string(reference.substr(separator + 2));
  }
  return wrong(secret ? "names a variable that is not set; a value with `${` in it can stand in a "
                        "file, as ${file:/path}"
                      : "the variable `" + name + "` is not set");
}

}  // namespace

Result<Expanded> expand(std::string_view text, const Environment& environment, bool secret) {
  Expanded result;
  while (true) {
    const std::size_t start = text.find("${");
    result.text += text.substr(0, start);
    if (start == std::string_view::npos) {
      return result;
    }
    text.remove_prefix(start + 2);
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos) {
      return wrong("`${` without its `}`");
    }
    const std::string_view reference = text.substr(0, end);
    const bool file = reference.starts_with(file_prefix);
    const auto value = file ? file_content(reference.substr(file_prefix.size()))
                            : variable(reference, environment, secret);
    if (!value) {
      return value.error();
    }
    result.text += *value;
    result.from_file |= file;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::filesystem::path> files_named_in(std::string_view text) {
  std::vector<std::filesystem::path> files;
  const std::string opening = "${" + std::string(file_prefix);
  for (std::size_t start = text.find(opening); start != std::string_view::npos;
       start = text.find(opening)) {
    text.remove_prefix(start + opening.size());
    if (const std::size_t end = text.find('}'); end != std::string_view::npos && end > 0) {
      files.emplace_back(text.substr(0, end));
    }
  }
  return files;
}

}  // namespace penstock::settings
