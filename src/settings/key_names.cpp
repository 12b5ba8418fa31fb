// Names of keys: paths, variables, and what an unknown one may have meant.
#include <algorithm>

#include "penstock/core/text.hpp"
#include "settings/key_table.hpp"

namespace penstock::settings {
namespace {

constexpr std::string_view sources_prefix = "sources.";

// sources.firehose.path → (sources.*.path, firehose); other paths as they are.
std::pair<std::string, std::string_view> pattern_of(std::string_view path) {
  if (!path.starts_with(sources_prefix)) {
    return {std::string(path), {}};
  }
  const std::size_t dot = std::min(path.find('.', sources_prefix.size()), path.size());
  const std::string_view name = path.substr(sources_prefix.size(), dot - sources_prefix.size());
  return {"sources.*" + std::string(path.substr(dot)), name};
}

std::string_view last_segment(std::string_view path) {
  return path.substr(path.rfind('.') + 1);  // npos + 1 is 0
}

std::string_view parent(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

}  // namespace

std::optional<FoundKey> find_key(std::string_view path) {
  const auto [pattern, source] = pattern_of(path);
  for (const KeySpec& spec : key_table()) {
    if (spec.path == pattern) {
      return FoundKey{&spec, source, {}};
    }
    if (std::holds_alternative<MapKind>(spec.kind) && path.size() > spec.path.size() + 1 &&
        path.starts_with(spec.path) && path[spec.path.size()] == '.') {
      return FoundKey{&spec, {}, path.substr(spec.path.size() + 1)};
    }
  }
  return std::nullopt;
}

bool is_group(std::string_view path) {
  const std::string prefix = pattern_of(path).first + ".";
  return std::any_of(key_table().begin(), key_table().end(),
                     [&](const KeySpec& spec) { return spec.path.starts_with(prefix); });
}

bool is_secret(std::string_view path) {
  const auto found = find_key(path);
  const auto* const map = found ? std::get_if<MapKind>(&found->spec->kind) : nullptr;
  return map != nullptr && map->secret(found->entry);
}

std::string source_path(const KeySpec& spec, std::string_view source) {
  const std::string_view rest = spec.path.substr(std::string_view("sources.*").size());
  return std::string(sources_prefix) + std::string(source) + std::string(rest);
}

std::string variable_of(std::string_view path) {
  std::string name = "PENSTOCK_";
  for (const char c : path) {
    const bool lower = c >= 'a' && c <= 'z';
    name += c == '.' || c == '-' ? '_' : lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string nearest_key(std::string_view unknown_path) {
  const auto [pattern, source] = pattern_of(unknown_path);
  // First among its neighbours, groups included; then, for a key at the wrong place, everywhere.
  std::vector<std::string_view> neighbours, everywhere;
  for (const KeySpec& spec : key_table()) {
    for (std::string_view path = spec.path; !path.empty(); path = parent(path)) {
      if (parent(path) == parent(pattern)) {
        neighbours.push_back(last_segment(path));
      }
    }
    everywhere.push_back(last_segment(spec.path));
  }
  std::string meant;
  if (const auto neighbour = nearest(last_segment(pattern), neighbours); !neighbour.empty()) {
    meant = std::string(parent(pattern)) + (parent(pattern).empty() ? "" : ".");
    meant += neighbour;
  } else if (const auto other = nearest(last_segment(pattern), everywhere); !other.empty()) {
    meant = std::find_if(key_table().begin(), key_table().end(), [&](const KeySpec& spec) {
              return last_segment(spec.path) == other;
            })->path;
  }
  if (const std::size_t star = meant.find('*'); star != std::string::npos) {
    meant.replace(star, 1, source.empty() ? "<name>" : source);
  }
  return meant;
}

}  // namespace penstock::settings
