#include "settings/variables.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <vector>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"
#include "settings/apply.hpp"
#include "settings/key_table.hpp"

namespace penstock::settings {
namespace {

constexpr std::string_view prefix = "PENSTOCK_";

// Ours, and not keys: what finds the file, the token, and the simulator's token.
constexpr std::array<std::string_view, 3> other_variables{"PENSTOCK_CONFIG", "PENSTOCK_API_TOKEN",
                                                          "PENSTOCK_SIM_TOKEN"};

// What Kubernetes sets in the pods beside a Service whose name begins with `penstock`.
bool is_service_link(std::string_view name, std::string_view value) {
  constexpr std::string_view numbered = "_PORT_";
  const std::size_t port = name.find(numbered);
  const std::size_t number = port == std::string_view::npos ? port : port + numbered.size();
  return name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != std::string_view::npos ||
         (name.ends_with("_PORT") && value.find("://") != std::string_view::npos) ||
         (number < name.size() && name[number] >= '0' && name[number] <= '9');
}

// Files `text` under `path`, taken apart where the key wants a list or a mapping.
void add(GivenMap& given, const KeySpec& spec, const std::string& path, const std::string& text,
         const Origin& origin, Findings& findings) {
  if (std::holds_alternative<MapKind>(spec.kind)) {
    const auto entries = split_map(text);
    if (!entries) {
      findings.push_back(finding_at(origin, path, "must look like name=value,name=value"));
      return;
    }
    for (const auto& [name, value] : *entries) {
      given[path + "." + name] = {{value}, origin};
    }
  } else if (std::holds_alternative<ListKind>(spec.kind) ||
             std::holds_alternative<SourcesKind>(spec.kind)) {
    given[path] = {split_list(text), origin};
  } else {
    given[path] = {{text}, origin};
  }
}

// Names that can be none are reported where the effective list is looked at.
void add_listed(const std::map<std::string, std::string>& texts, const std::string& name,
                std::set<std::string>& sources) {
  if (const auto list = texts.find(name); list != texts.end()) {
    const std::vector<std::string> names = split_list(list->second);
    sources.insert(names.begin(), names.end());
  }
}

struct Candidate {
  std::string variable;
  const KeySpec* spec;
  std::string path;
};

std::vector<Candidate> candidates(const std::set<std::string>& sources) {
  std::vector<Candidate> all;
  for (const KeySpec& spec : key_table()) {
    if (!is_source_key(spec)) {
      all.push_back({variable_of(spec.path), &spec, std::string(spec.path)});
      continue;
    }
    for (const std::string& source : sources | std::views::take(limits::max_sources)) {
      const std::string path = source_path(spec, source);
      all.push_back({variable_of(path), &spec, path});
    }
  }
  return all;
}

}  // namespace

GivenMap read_variables(const Environment& environment, std::set<std::string>& sources,
                        std::vector<std::string>& unknown, Findings& findings) {
  GivenMap given;
  add_listed(environment, variable_of("sources"), sources);
  const std::vector<Candidate> known = candidates(sources);
  // Without what they all begin with: it makes none like another.
  std::vector<std::string_view> words;
  for (const std::string_view name : other_variables) {
    words.push_back(name.substr(prefix.size()));
  }
  for (const Candidate& candidate : known) {
    words.push_back(std::string_view(candidate.variable).substr(prefix.size()));
  }
  for (const auto& [name, text] : environment) {
    if (!name.starts_with(prefix) ||
        std::find(other_variables.begin(), other_variables.end(), name) != other_variables.end()) {
      continue;
    }
    const Origin origin{Origin::Level::environment, printable(name)};
    bool found = false;
    for (const Candidate& candidate : known) {  // a-b and a_b share their variables
      if (candidate.variable == name) {
        add(given, *candidate.spec, candidate.path, text, origin, findings);
        found = true;
      }
    }
    if (found || is_service_link(name, text)) {
      continue;
    }
    const auto meant = nearest(std::string_view(name).substr(prefix.size()), words);
    if (meant.empty()) {
      unknown.push_back(printable(name));
    } else {
      findings.push_back(
          finding_at(origin, "unknown variable" + did_you_mean(std::string(prefix).append(meant))));
    }
  }
  return given;
}

GivenMap read_overrides(const std::map<std::string, std::string>& overrides,
                        std::set<std::string>& sources, Findings& findings) {
  GivenMap given;
  add_listed(overrides, "sources", sources);
  for (const auto& [path, text] : overrides) {
    const Origin origin{Origin::Level::flag, "--set"};
    const auto found = find_key(path);
    if (!found || found->source == "*") {
      findings.push_back(
          finding_at(origin, printable(path) + ": unknown key" + did_you_mean(nearest_key(path))));
    } else if (!found->source.empty() && !sources.contains(std::string(found->source))) {
      findings.push_back(finding_at(origin, printable(path) + ": no such source is listed"));
    } else if (!found->entry.empty()) {
      given[path] = {{text}, origin};
    } else {
      add(given, *found->spec, path, text, origin, findings);
    }
  }
  for (const auto& [path, value] : given) {
    if (is_secret(path)) {
      findings.push_back(finding_at(
          value.origin, printable(path) + ": is a secret, and arguments are visible to everyone; "
                                          "set it in the file, as ${file:/path}"));
    }
  }
  return given;
}

}  // namespace penstock::settings
